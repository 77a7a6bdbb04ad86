#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <vector>

namespace aegis::http {

/// True when both are the same but for the case of ASCII letters, as field names are compared (RFC 9110, 5.1).
bool equalsIgnoringCase(QByteArrayView left, QByteArrayView right);

/// The header fields of a request: names compare without case, order and duplicates are kept (RFC 9110, section 5).
/// All bytes lie in one buffer, so a request costs one allocation however many fields it has. Views that are handed out
/// live as long as this object is neither changed, moved from nor destroyed. A value like any other: no thread rules.
class HeaderFields {
public:
    /// Adds a field at the end; what a parser or a test has already checked.
    void append(QByteArrayView name, QByteArrayView value);

    /// Value of the first field of that name, without blanks around it; null (isNull()) when there is none.
    QByteArrayView value(QByteArrayView name) const;
    /// Values of all fields of that name, in their order.
    std::vector<QByteArrayView> values(QByteArrayView name) const;
    bool contains(QByteArrayView name) const { return !value(name).isNull(); }

    qsizetype size() const { return static_cast<qsizetype>(m_fields.size()); }
    bool isEmpty() const { return m_fields.empty(); }
    QByteArrayView nameAt(qsizetype index) const;
    QByteArrayView valueAt(qsizetype index) const;

    /// Makes room for so many fields with so many bytes of names and values in all.
    void reserve(qsizetype fields, qsizetype bytes);

private:
    struct Field {
        quint32 begin;
        quint32 nameSize;
        quint32 valueSize;
    };

    QByteArray m_bytes;
    std::vector<Field> m_fields;
};

} // namespace aegis::http
