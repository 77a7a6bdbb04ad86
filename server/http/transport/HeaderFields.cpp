#include "server/http/transport/HeaderFields.h"

namespace aegis::http {
namespace {

constexpr char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

} // namespace

bool equalsIgnoringCase(QByteArrayView left, QByteArrayView right)
{
    if (left.size() != right.size())
        return false;
    for (qsizetype i = 0; i < left.size(); ++i) {
        if (lower(left[i]) != lower(right[i]))
            return false;
    }
    return true;
}

void HeaderFields::append(QByteArrayView name, QByteArrayView value)
{
    m_fields.push_back({static_cast<quint32>(m_bytes.size()), static_cast<quint32>(name.size()), static_cast<quint32>(value.size())});
    m_bytes.append(name).append(value);
}

QByteArrayView HeaderFields::value(QByteArrayView name) const
{
    for (qsizetype i = 0; i < size(); ++i) {
        if (equalsIgnoringCase(nameAt(i), name))
            return valueAt(i);
    }
    return {};
}

std::vector<QByteArrayView> HeaderFields::values(QByteArrayView name) const
{
    std::vector<QByteArrayView> found;
    for (qsizetype i = 0; i < size(); ++i) {
        if (equalsIgnoringCase(nameAt(i), name))
            found.push_back(valueAt(i));
    }
    return found;
}

QByteArrayView HeaderFields::nameAt(qsizetype index) const
{
    const Field &field = m_fields[static_cast<std::size_t>(index)];
    return {m_bytes.constData() + field.begin, static_cast<qsizetype>(field.nameSize)};
}

QByteArrayView HeaderFields::valueAt(qsizetype index) const
{
    const Field &field = m_fields[static_cast<std::size_t>(index)];
    return {m_bytes.constData() + field.begin + field.nameSize, static_cast<qsizetype>(field.valueSize)};
}

void HeaderFields::reserve(qsizetype fields, qsizetype bytes)
{
    m_fields.reserve(static_cast<std::size_t>(fields));
    m_bytes.reserve(bytes);
}

} // namespace aegis::http
