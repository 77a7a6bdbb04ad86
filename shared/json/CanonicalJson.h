#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QJsonObject>
#include <QtCore/QStringList>
#include <QtCore/QUuid>

#include <string_view>

namespace aegis {

/// Writes one JSON object, byte for byte as QJsonDocument::Compact writes it, without building one: for what is signed or
/// digested on every request. The members are given in the order of their names (a debug build asserts that); a name is
/// ASCII that needs no escape. In texts, what QJsonDocument escapes is escaped in the same way; a surrogate without its partner
/// becomes an escape, where JsonWriter writes U+FFFD. One thread at a time.
class CanonicalJson {
public:
    /// Bytes that the object is expected to have; more is fine.
    explicit CanonicalJson(qsizetype expectedSize = 512);

    void text(std::string_view name, QStringView value);
    void plain(std::string_view name, QByteArrayView value); ///< a string of ASCII that needs no escape: a time, base64url
    void uuid(std::string_view name, const QUuid &value);
    void uuidOrNull(std::string_view name, const QUuid &value); ///< the nil UUID is null
    void number(std::string_view name, qint64 value);
    void texts(std::string_view name, const QStringList &values);
    void object(std::string_view name, const QJsonObject &value);
    void null(std::string_view name);

    /// Bytes so far: where the next member begins, its comma included.
    qsizetype size() const { return m_size; }

    /// The whole object; nothing is written after that.
    QByteArray take();

    /// A text as QJsonDocument writes it, with its quotation marks.
    static QByteArray quoted(QStringView text);

private:
    struct Fragment {};
    explicit CanonicalJson(Fragment) {}

    char *room(qsizetype bytes);
    void put(char byte);
    void put(std::string_view bytes);
    void key(std::string_view name);
    void quote(QStringView text);

    QByteArray m_out; // written up to m_size
    qsizetype m_size = 0;
    [[maybe_unused]] std::string_view m_lastName;
};

} // namespace aegis
