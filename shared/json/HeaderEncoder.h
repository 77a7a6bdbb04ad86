#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"

#include <QtCore/QByteArray>
#include <QtCore/QStringList>

#include <optional>

namespace aegis {
namespace json {

inline QByteArray headerText(const QString &value)
{
    return value.toUtf8();
}
inline QByteArray headerText(const QStringList &value)
{
    return value.join(QLatin1Char(',')).toUtf8();
}
inline QByteArray headerText(bool value)
{
    return value ? QByteArrayLiteral("true") : QByteArrayLiteral("false");
}
inline QByteArray headerText(qint64 value)
{
    return QByteArray::number(value);
}
template <class Tag> QByteArray headerText(const Id<Tag> &value)
{
    return value.text();
}

} // namespace json

/// Calls `function(name, text)` with each of the DTO's header fields that is not absent, in the declared order.
template <HasFields Dto, class Function> void forEachHeader(const Dto &dto, Function &&function)
{
    const auto give = [&function](std::string_view name, const auto &value) {
        if constexpr (requires { json::headerText(value); })
            function(name, json::headerText(value));
        else
            Q_ASSERT_X(false, "forEachHeader", "a field of this type cannot stand in a header");
    };
    forEachField<Dto>([&](const auto &field) {
        if (field.rules.in != In::Header)
            return;
        const auto &value = dto.*(field.member);
        if constexpr (requires { value.has_value(); }) {
            if (value)
                give(field.name, *value);
        } else {
            give(field.name, value);
        }
    });
}

} // namespace aegis
