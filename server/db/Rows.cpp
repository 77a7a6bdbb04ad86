#include "server/db/Rows.h"

#include <QtCore/QJsonDocument>

#include <libpq-fe.h>

#include <cstring>
#include <stdexcept>

namespace aegis {
namespace {

constexpr Oid byteaOid = 17;

/// `2026-11-22 07:45:59.123456+00`, as the server writes it with TimeZone UTC, in RFC 3339.
std::optional<Instant> instantFrom(QByteArrayView text)
{
    QByteArray rfc = text.toByteArray();
    if (rfc.size() < 22 || rfc.at(10) != ' ' || !rfc.endsWith("+00"))
        return std::nullopt; // `infinity`, years before 1 or after 9999, another time zone
    rfc[10] = 'T';
    rfc.chop(3);
    return fromRfc3339(rfc + 'Z');
}

/// The elements of `{plain,"quo\"ted"}`; nothing for a NULL among them or a second dimension.
std::optional<QStringList> elementsFrom(QByteArrayView text)
{
    if (text.size() < 2 || text.front() != '{' || text.back() != '}')
        return std::nullopt;
    QStringList list;
    qsizetype at = 1;
    const qsizetype end = text.size() - 1;
    while (at < end) {
        QByteArray element;
        if (text[at] == '"') {
            for (++at; at < end && text[at] != '"'; ++at) {
                if (text[at] == '\\')
                    ++at;
                element += text[at];
            }
            ++at;
        } else {
            for (; at < end && text[at] != ','; ++at)
                element += text[at];
            if (element == "NULL" || element.startsWith('{'))
                return std::nullopt;
        }
        list.append(QString::fromUtf8(element));
        if (at < end && text[at] != ',')
            return std::nullopt;
        ++at;
    }
    return list;
}

} // namespace

bool Row::isNull(int column) const
{
    return PQgetisnull(m_result.get(), m_row, column) != 0;
}

int Row::place(const char *column) const
{
    // PQfnumber() copies the name and folds its case, then looks from the first column on.
    const int count = PQnfields(m_result.get());
    for (int looked = 0, place = m_next; looked < count; ++looked, ++place) {
        place = place < count ? place : 0;
        if (std::strcmp(PQfname(m_result.get(), place), column) == 0) {
            m_next = place + 1;
            return place;
        }
    }
    throw std::logic_error(std::string("the answer has no column ") + column);
}

QByteArrayView Row::text(int column) const
{
    if (column < 0 || column >= PQnfields(m_result.get()) || isNull(column))
        fail(column, "a value");
    return {PQgetvalue(m_result.get(), m_row, column), PQgetlength(m_result.get(), m_row, column)};
}

void Row::fail(int column, const char *wanted) const
{
    const char *name = PQfname(m_result.get(), column);
    throw std::logic_error("column " + std::to_string(column) + " (" + (name ? name : "none") + ") does not hold " + wanted);
}

void Row::read(int column, bool &value) const
{
    const QByteArrayView read = text(column);
    if (read != "t" && read != "f")
        fail(column, "a bool");
    value = read == "t";
}

void Row::read(int column, int &value) const
{
    bool ok = false;
    value = text(column).toByteArray().toInt(&ok);
    if (!ok)
        fail(column, "an int");
}

void Row::read(int column, qint64 &value) const
{
    bool ok = false;
    value = text(column).toByteArray().toLongLong(&ok);
    if (!ok)
        fail(column, "a qint64");
}

void Row::read(int column, double &value) const
{
    bool ok = false;
    value = text(column).toByteArray().toDouble(&ok);
    if (!ok)
        fail(column, "a double");
}

void Row::read(int column, QString &value) const
{
    value = QString::fromUtf8(text(column));
}

void Row::read(int column, QByteArray &value) const
{
    const QByteArrayView read = text(column);
    if (PQftype(m_result.get(), column) != byteaOid) {
        value = read.toByteArray();
        return;
    }
    if (!read.startsWith("\\x"))
        fail(column, "a bytea in hex");
    value = QByteArray::fromHex(QByteArray::fromRawData(read.data() + 2, read.size() - 2));
}

void Row::read(int column, QUuid &value) const
{
    const auto uuid = parseUuid(text(column));
    if (!uuid)
        fail(column, "a UUID");
    value = *uuid;
}

void Row::read(int column, Instant &value) const
{
    const auto instant = instantFrom(text(column));
    if (!instant)
        fail(column, "a moment (timestamptz in UTC)");
    value = *instant;
}

void Row::read(int column, QHostAddress &value) const
{
    const QString read = QString::fromLatin1(text(column));
    if (!value.setAddress(read.section(QLatin1Char('/'), 0, 0)))
        fail(column, "an address");
}

void Row::read(int column, QStringList &value) const
{
    const auto list = elementsFrom(text(column));
    if (!list)
        fail(column, "a list of texts without NULL");
    value = *list;
}

void Row::read(int column, QJsonObject &value) const
{
    const QJsonDocument document = QJsonDocument::fromJson(text(column).toByteArray());
    if (!document.isObject())
        fail(column, "a JSON object");
    value = document.object();
}

Rows::Rows(pg_result *result) : m_result(result, [](const pg_result *held) { PQclear(const_cast<pg_result *>(held)); }) {}

int Rows::size() const
{
    return PQntuples(m_result.get());
}

qint64 Rows::affected() const
{
    return QByteArrayView(PQcmdTuples(const_cast<pg_result *>(m_result.get()))).toByteArray().toLongLong();
}

Row Rows::operator[](int row) const
{
    if (row < 0 || row >= size())
        throw std::logic_error("the answer has " + std::to_string(size()) + " rows, not " + std::to_string(row + 1));
    return Row(m_result, row);
}

Result<Row> rowOf(const Result<Rows> &rows, ProblemCode otherwise)
{
    if (!rows)
        return rows.problem();
    if (rows->isEmpty())
        return otherwise;
    if (rows->size() > 1)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("%1 rows where one was expected").arg(rows->size()));
    return rows->first();
}

} // namespace aegis
