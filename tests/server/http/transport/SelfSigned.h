#pragma once

#include <QtCore/QByteArray>

#include <chrono>

namespace aegis::test {

/// A certificate that signs itself, with its key, both PEM.
struct SelfSigned {
    QByteArray certificate;
    QByteArray key;
};

/// For the name, valid for a month unless told otherwise (less than nothing: it has expired), with a new key of the kind.
enum class KeyKind { P256, Rsa2048, Ed25519 };
SelfSigned makeSelfSigned(const char *name, KeyKind kind = KeyKind::P256, std::chrono::seconds validFor = std::chrono::hours(30 * 24));

} // namespace aegis::test
