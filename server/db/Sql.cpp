#include "server/db/Sql.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QtEndian>

namespace aegis {
namespace {

// Object ids of the built-in types (pg_type.dat); they never change.
constexpr unsigned boolOid = 16, byteaOid = 17, doubleOid = 701, inetOid = 869, byteaArrayOid = 1001, textArrayOid = 1009, timestamptzOid = 1184,
                   intervalOid = 1186, uuidOid = 2950, uuidArrayOid = 2951, jsonbOid = 3802;

/// Microseconds from 1970 to 2000, where PostgreSQL's time begins.
constexpr qint64 postgresEpoch = 946'684'800'000'000;

template <class List, class Element> QByteArray arrayText(const List &list, Element element)
{
    QByteArray text = "{";
    for (const auto &item : list) {
        if (text.size() > 1)
            text += ',';
        text += element(item);
    }
    return text + '}';
}

} // namespace

Json::Json(const QJsonObject &object) : document(QJsonDocument(object).toJson(QJsonDocument::Compact)) {}

void Parameters::addText(unsigned oid, QByteArray utf8)
{
    m_valid = m_valid && !utf8.contains('\0');
    m_values.push_back({oid, false, false, std::move(utf8)});
}

void Parameters::makeLastNull()
{
    m_values.back().isNull = true;
}

void Parameters::add(const Bytes &value)
{
    m_values.push_back({byteaOid, false, true, value.bytes});
}

void Parameters::add(const Json &value)
{
    addText(jsonbOid, value.document);
}

void Parameters::add(const QUuid &uuid)
{
    m_values.push_back({uuidOid, false, true, uuid.toRfc4122()});
}

void Parameters::add(Instant instant)
{
    QByteArray bytes(sizeof(qint64), Qt::Uninitialized);
    qToBigEndian<qint64>(instant.time_since_epoch().count() - postgresEpoch, bytes.data());
    m_values.push_back({timestamptzOid, false, true, std::move(bytes)});
}

void Parameters::add(std::chrono::microseconds interval)
{
    addText(intervalOid, QByteArray::number(qlonglong(interval.count())) + " microseconds");
}

void Parameters::add(const QHostAddress &address)
{
    QHostAddress plain = address;
    plain.setScopeId(QString()); // inet knows no scope, as in fe80::1%eth0
    addText(inetOid, plain.toString().toLatin1());
    if (address.isNull())
        makeLastNull();
}

void Parameters::add(const QStringList &texts)
{
    addText(textArrayOid, arrayText(texts, [](const QString &text) {
                QByteArray quoted = text.toUtf8();
                quoted.replace('\\', "\\\\").replace('"', "\\\"");
                return '"' + quoted + '"';
            }));
}

void Parameters::add(const std::vector<Bytes> &values)
{
    addText(byteaArrayOid, arrayText(values, [](const Bytes &value) { return QByteArray("\"\\\\x" + value.bytes.toHex() + '"'); }));
}

void Parameters::add(const std::vector<QUuid> &uuids)
{
    addText(uuidArrayOid, arrayText(uuids, [](const QUuid &uuid) { return uuidText(uuid); }));
}

void Parameters::add(bool value)
{
    m_values.push_back({boolOid, false, true, QByteArray(1, value ? '\1' : '\0')});
}

void Parameters::add(double value)
{
    addText(doubleOid, QByteArray::number(value, 'g', 17));
}

} // namespace aegis
