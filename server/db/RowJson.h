#pragma once

#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

#include <QtCore/QJsonValue>
#include <QtCore/QString>
#include <QtNetwork/QHostAddress>

#include <optional>

namespace aegis::rowjson {

/// Values of a row that goes to PostgreSQL as JSON (`jsonb_populate_record`), in the form in which it reads the column's type.

inline QJsonValue uuid(const QUuid &value)
{
    return value.isNull() ? QJsonValue(QJsonValue::Null) : QJsonValue(QString::fromLatin1(uuidText(value)));
}

/// The nil id is NULL: nobody.
template <class Tag> QJsonValue id(const Id<Tag> &value)
{
    return uuid(value.uuid());
}

/// The nil id is the nil UUID: the platform.
inline QJsonValue tenant(const TenantId &value)
{
    return QString::fromLatin1(value.text());
}

/// timestamptz, in milliseconds.
inline QJsonValue time(Instant value)
{
    return QString::fromLatin1(toRfc3339(value));
}

/// bytea.
inline QJsonValue bytes(const QByteArray &value)
{
    return QString(QStringLiteral("\\x") + QString::fromLatin1(value.toHex()));
}

inline QJsonValue text(const std::optional<QString> &value)
{
    return value ? QJsonValue(*value) : QJsonValue(QJsonValue::Null);
}

/// inet, which knows no scope of a link-local address.
inline QJsonValue address(QHostAddress value)
{
    if (value.isNull())
        return QJsonValue::Null;
    value.setScopeId(QString());
    return value.toString();
}

} // namespace aegis::rowjson
