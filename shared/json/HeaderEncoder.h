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

/// Whether a field of that type can stand in a header.
template <class T>
concept HeaderValue = requires(const T &value)
{
    json::headerText(value);
};
template <class T> struct HeaderValueOf : std::bool_constant<HeaderValue<T>> {
};
template <class T> struct HeaderValueOf<std::optional<T>> : std::bool_constant<HeaderValue<T>> {
};

/// Whether each header field of the DTO can stand in a header.
template <HasFields Dto> constexpr bool headersCanBeWritten()
{
    bool all = true;
    forEachField<Dto>([&]<class Owner, class Member>(const Field<Owner, Member> &field) {
        all = all && (field.rules.in != In::Header || HeaderValueOf<Member>::value);
    });
    return all;
}

/// Calls `function(name, text)` with each of the DTO's header fields that is not absent, in the declared order.
template <HasFields Dto, class Function> void forEachHeader(const Dto &dto, Function &&function)
{
    static_assert(headersCanBeWritten<Dto>(), "a field of this type cannot stand in a header");
    const auto give = [&function](std::string_view name, const auto &value) {
        if constexpr (HeaderValue<std::remove_cvref_t<decltype(value)>>) // the others stand in the body
            function(name, json::headerText(value));
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
