#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QDebug>

#include <vector>

namespace aegis {

/// A password, token, code or key: bytes that are wiped when they go and have no way into a log. There is no conversion
/// and no stream operator; who needs the bytes says `reveal()`, which is easy to look for.
class Secret {
public:
    Secret() = default;
    explicit Secret(QByteArrayView bytes) : m_bytes(bytes.begin(), bytes.end()) {}
    Secret(const Secret &other) = default;
    Secret(Secret &&other) noexcept = default;
    Secret &operator=(const Secret &other);
    Secret &operator=(Secret &&other) noexcept;
    ~Secret();

    /// The bytes, for as long as this object lives.
    QByteArrayView reveal() const { return {m_bytes.data(), static_cast<qsizetype>(m_bytes.size())}; }
    bool isEmpty() const { return m_bytes.empty(); }
    qsizetype size() const { return static_cast<qsizetype>(m_bytes.size()); }

    /// Compares without a time that depends on where the difference is; the lengths are not hidden.
    bool equals(const Secret &other) const;

private:
    void wipe() noexcept;

    std::vector<char> m_bytes; // unlike a string it keeps no short form inside the object, so a move leaves nothing behind
};

QDebug operator<<(QDebug, const Secret &) = delete;

} // namespace aegis
