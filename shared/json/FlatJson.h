#pragma once

#include <QtCore/QByteArrayView>

#include <cstdint>
#include <optional>

namespace aegis {

/// Reads the members of one JSON object in the form that CanonicalJson gives it: compact, the names ascending (so none
/// stands twice) and without escapes, the values strings or integers of at most 18 digits. Everything else is refused, JSON or not:
/// it is for what we have signed ourselves. Nothing is copied; the document must outlive the reader.
///
///     while (members.next()) { if (members.name() == "exp") end = members.integer(); }
///     if (!members.isWhole()) return refused();
class FlatJson {
public:
    explicit FlatJson(QByteArrayView json) : m_json(json) {}

    /// Goes to the next member; false after the last one, and at what is refused.
    bool next();
    /// Whether next() ended with the object, and the document with it.
    bool isWhole() const { return m_whole; }

    QByteArrayView name() const { return m_name; }
    /// The value as it stands there, a string with its quotation marks and escapes.
    QByteArrayView value() const { return m_value; }
    /// A string that holds no escape; an empty view (null) for anything else.
    QByteArrayView plainText() const;
    std::optional<std::int64_t> integer() const;

private:
    char peek() const { return m_at < m_json.size() ? m_json[m_at] : '\0'; }
    bool take(char c);
    bool skipString();
    bool skipInteger();

    const QByteArrayView m_json;
    qsizetype m_at = 0;
    QByteArrayView m_name;
    QByteArrayView m_value;
    bool m_escaped = false; // the last string holds an escape
    bool m_whole = false;
};

} // namespace aegis
