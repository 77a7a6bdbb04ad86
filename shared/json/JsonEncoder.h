#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"
#include "shared/json/JsonText.h"
#include "shared/json/JsonWriter.h"
#include "shared/text/Secret.h"
#include "shared/time/Instant.h"

#include <QtCore/QStringList>

#include <optional>
#include <vector>

namespace aegis {
namespace json {

inline void write(JsonWriter &out, const QString &value)
{
    out.string(value);
}
inline void write(JsonWriter &out, const Secret &value)
{
    out.utf8(value.reveal());
}
inline void write(JsonWriter &out, bool value)
{
    out.boolean(value);
}
inline void write(JsonWriter &out, int value)
{
    out.number(value);
}
inline void write(JsonWriter &out, qint64 value)
{
    out.number(value);
}
inline void write(JsonWriter &out, Instant value)
{
    out.utf8(toRfc3339(value));
}
inline void write(JsonWriter &out, const JsonText &value)
{
    out.json(value.utf8);
}
template <class Tag> void write(JsonWriter &out, const Id<Tag> &value)
{
    out.utf8(value.text());
}

inline void write(JsonWriter &out, const QStringList &value)
{
    out.beginArray();
    for (const QString &element : value)
        out.string(element);
    out.endArray();
}

template <HasFields Dto> void write(JsonWriter &out, const Dto &value);

template <class T> void write(JsonWriter &out, const std::vector<T> &value)
{
    out.beginArray();
    for (const T &element : value)
        write(out, element);
    out.endArray();
}

template <class T> void writeField(JsonWriter &out, const FieldRules &, std::string_view name, const T &value)
{
    out.key(name);
    write(out, value);
}

template <class T> void writeField(JsonWriter &out, const FieldRules &rules, std::string_view name, const std::optional<T> &value)
{
    if (value) {
        writeField(out, rules, name, *value);
    } else if (rules.nullable) {
        out.key(name);
        out.null();
    }
}

template <HasFields Dto> void write(JsonWriter &out, const Dto &value)
{
    out.beginObject();
    forEachField<Dto>([&](const auto &field) {
        if (field.rules.in == In::Body)
            writeField(out, field.rules, field.name, value.*(field.member));
    });
    out.endObject();
}

} // namespace json

/// The DTO's fields of the body as compact JSON, in the declared order. An absent value is null where it was declared
/// nullable and left out elsewhere. The result may hold secrets: it goes to the client and nowhere else.
template <HasFields Dto> QByteArray encode(const Dto &dto)
{
    JsonWriter out;
    json::write(out, dto);
    return out.take();
}

} // namespace aegis
