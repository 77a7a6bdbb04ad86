#pragma once

#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtNetwork/QHostAddress>

#include <concepts>
#include <optional>
#include <string_view>
#include <vector>

namespace aegis {

/// The text of one statement, with its parameters as `$1`, `$2`. It is made from a literal only, so no value can ever be
/// pasted into it; each text is prepared once a connection.
class Sql {
public:
    consteval Sql(const char *literal) : m_text(literal), m_isComposed(false) {}
    /// For the few lists whose filters and order are chosen at run time, out of fixed pieces. The text, which ends with
    /// a NUL, must live until the query has returned; values are parameters here too.
    static Sql composed(const QByteArray &text) { return Sql(std::string_view(text.constData(), static_cast<std::size_t>(text.size()))); }

    std::string_view text() const { return m_text; }
    /// Whether it is one of many like it: not worth preparing, and planned better with its values.
    bool isComposed() const { return m_isComposed; }

private:
    explicit constexpr Sql(std::string_view text) : m_text(text), m_isComposed(true) {}

    std::string_view m_text;
    bool m_isComposed;
};

/// Bytes that are UTF-8 text: a parameter of type text. (A bare QByteArray does not compile: text or bytea?)
struct Text {
    QByteArray utf8;
};
/// Bytes as they are: bytea.
struct Bytes {
    QByteArray bytes;
};
/// A JSON document: jsonb.
struct Json {
    QByteArray document;
    Json() : document("null") {}
    explicit Json(QByteArray text) : document(std::move(text)) {}
    explicit Json(const QJsonObject &object);
};

/// Nothing (SQL NULL) for the nil id, for columns in which "nobody" is NULL. A bare nil id goes as the nil UUID.
template <class Tag> std::optional<Id<Tag>> orNull(const Id<Tag> &id)
{
    return id.isNil() ? std::nullopt : std::optional(id);
}

/// The values of one statement, in the form in which libpq takes them.
///
/// Times go as timestamptz, microseconds as interval, addresses as inet (a null address as NULL), lists as arrays.
/// Numbers and text have no type of their own: the server takes that of the place where they stand (an enum, a smallint).
class Parameters {
public:
    /// One value: `oid` 0 leaves the type to the server.
    struct Value {
        unsigned oid = 0;
        bool isNull = false;
        bool isBinary = false;
        QByteArray bytes;
    };

    template <class... Args> static Parameters of(const Args &...args)
    {
        Parameters parameters;
        parameters.m_values.reserve(sizeof...(args));
        (parameters.add(args), ...);
        return parameters;
    }

    /// One more value, for statements that are composed at run time. Gives its number: 3 stands in the text as `$3`.
    template <class T> std::size_t append(const T &value)
    {
        add(value);
        return m_values.size();
    }

    const std::vector<Value> &values() const { return m_values; }
    /// No text holds a NUL, which PostgreSQL cannot store and C cuts off at.
    bool areValid() const { return m_valid; }

private:
    void add(const QString &text) { addText(0, text.toUtf8()); }
    void add(QLatin1String text) { addText(0, QByteArray(text.data(), text.size())); }
    void add(const Text &text) { addText(0, text.utf8); }
    void add(const Bytes &value);
    void add(const Json &value);
    void add(const QUuid &uuid);
    template <class Tag> void add(const Id<Tag> &id) { add(id.uuid()); }
    void add(Instant instant);
    void add(std::chrono::microseconds interval);
    void add(const QHostAddress &address);
    void add(const QStringList &texts);
    void add(const std::vector<Bytes> &values);
    template <class Tag> void add(const std::vector<Id<Tag>> &ids)
    {
        std::vector<QUuid> uuids;
        uuids.reserve(ids.size());
        for (const Id<Tag> &id : ids)
            uuids.push_back(id.uuid());
        add(uuids);
    }
    void add(const std::vector<QUuid> &uuids);
    void add(bool value);
    void add(double value);
    template <std::integral Number>
    requires(!std::same_as<Number, bool>) void add(Number number) { addText(0, QByteArray::number(static_cast<qlonglong>(number))); }
    /// NULL has the type that the value would have.
    template <class T> void add(const std::optional<T> &value)
    {
        add(value ? *value : T{});
        if (!value)
            makeLastNull();
    }
    void add(const QByteArray &) = delete;
    void add(const char *) = delete;

    void addText(unsigned oid, QByteArray utf8);
    void makeLastNull();

    std::vector<Value> m_values;
    bool m_valid = true;
};

} // namespace aegis
