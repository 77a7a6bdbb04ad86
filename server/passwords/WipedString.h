#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <cstring>

namespace aegis {

/// A piece of a password in a form that a Secret cannot have, for the length of one function: it is wiped at the end.
/// (Not from a shared string: what others hold stays.)
struct WipedString {
    explicit WipedString(QString string) : text(std::move(string)) {}
    WipedString(const WipedString &) = delete;
    WipedString &operator=(const WipedString &) = delete;
    ~WipedString() { explicit_bzero(text.data(), static_cast<std::size_t>(text.size()) * sizeof(QChar)); }

    QString text;
};

struct WipedBytes {
    explicit WipedBytes(QByteArray array) : bytes(std::move(array)) {}
    WipedBytes(const WipedBytes &) = delete;
    WipedBytes &operator=(const WipedBytes &) = delete;
    ~WipedBytes() { explicit_bzero(bytes.data(), static_cast<std::size_t>(bytes.size())); }

    QByteArray bytes;
};

} // namespace aegis
