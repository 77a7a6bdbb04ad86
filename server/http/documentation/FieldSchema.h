#pragma once

#include "shared/endpoints/Endpoint.h"
#include "shared/ids/Id.h"
#include "shared/json/Field.h"
#include "shared/json/JsonText.h"
#include "shared/json/JsonWriter.h"
#include "shared/text/Secret.h"
#include "shared/time/Instant.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>
#include <QtCore/QStringList>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace aegis::http {

/// One field as the documentation shows it.
struct FieldDescription {
    std::string_view name;
    In in = In::Body;
    bool required = false;
    bool nullable = false; ///< in an answer always there, if only as null
    QString type{};        ///< for people: `string, e-mail, at most 254 characters`
    std::string_view description;
    std::string_view example;
    QJsonObject schema{}; ///< JSON Schema 2020-12
};

/// One DTO as the documentation shows it.
struct SchemaDescription {
    std::vector<FieldDescription> fields;  ///< of the body
    QByteArray example;                    ///< compact JSON, in the declared order
    std::vector<std::string_view> oneOf{}; ///< it is one of these instead, and has no fields of its own
};

/// The DTOs that were met, by name.
using Schemas = std::map<std::string_view, SchemaDescription>;

template <class T> struct ListElement : std::false_type {
};
template <class T> struct ListElement<std::vector<T>> : std::true_type {
    using Type = T;
};
template <class T> struct OptionalValue : std::false_type {
};
template <class T> struct OptionalValue<std::optional<T>> : std::true_type {
    using Type = T;
};
template <class T> struct IsId : std::false_type {
};
template <class Tag> struct IsId<Id<Tag>> : std::true_type {
};

QJsonObject textSchema(const FieldRules &rules);
QJsonObject plainSchema(const char *type, const char *format);
QJsonObject listSchema(const QJsonObject &element);
QJsonObject referenceTo(std::string_view schema);
QJsonObject orNull(const QJsonObject &schema);
/// What a person reads about a schema.
QString typeText(const QJsonObject &schema);
void writeTextList(JsonWriter &out, std::string_view elements);
qint64 integerOf(std::string_view text);

using ExampleChanges = std::span<const ExampleChange>;
/// The change of the field at that path; null: there is none.
const ExampleChange *changeOf(ExampleChanges changes, std::string_view path);

template <HasFields Dto> void describe(Schemas &schemas);

template <class T> QJsonObject schemaOf(const FieldRules &rules, Schemas &schemas)
{
    if constexpr (OptionalValue<T>::value) {
        const QJsonObject schema = schemaOf<typename OptionalValue<T>::Type>(rules, schemas);
        return rules.nullable ? orNull(schema) : schema;
    } else if constexpr (ListElement<T>::value) {
        return listSchema(schemaOf<typename ListElement<T>::Type>(rules, schemas));
    } else if constexpr (std::is_same_v<T, QStringList>) {
        return listSchema(textSchema(rules));
    } else if constexpr (std::is_same_v<T, bool>) {
        return plainSchema("boolean", nullptr);
    } else if constexpr (std::is_integral_v<T>) {
        return plainSchema("integer", sizeof(T) == 8 ? "int64" : "int32");
    } else if constexpr (std::is_same_v<T, Instant>) {
        return plainSchema("string", "date-time");
    } else if constexpr (IsId<T>::value) {
        return plainSchema("string", "uuid");
    } else if constexpr (std::is_same_v<T, JsonText>) {
        return plainSchema("object", nullptr);
    } else if constexpr (HasFields<T>) {
        describe<T>(schemas);
        return referenceTo(Fields<T>::name);
    } else {
        static_assert(std::is_same_v<T, QString> || std::is_same_v<T, Secret>, "a type that the documentation does not know");
        return textSchema(rules);
    }
}

template <HasFields Dto> void writeExample(JsonWriter &out, ExampleChanges changes, const std::string &prefix);

template <class T> void writeExampleValue(JsonWriter &out, std::string_view example, ExampleChanges changes, const std::string &prefix)
{
    if constexpr (OptionalValue<T>::value) {
        writeExampleValue<typename OptionalValue<T>::Type>(out, example, changes, prefix);
    } else if constexpr (ListElement<T>::value) {
        out.beginArray();
        writeExampleValue<typename ListElement<T>::Type>(out, example, changes, prefix);
        out.endArray();
    } else if constexpr (std::is_same_v<T, QStringList>) {
        writeTextList(out, example);
    } else if constexpr (std::is_same_v<T, bool>) {
        out.boolean(example == "true");
    } else if constexpr (std::is_integral_v<T>) {
        out.number(integerOf(example));
    } else if constexpr (std::is_same_v<T, JsonText>) {
        out.json(QByteArrayView(example.data(), static_cast<qsizetype>(example.size())));
    } else if constexpr (HasFields<T>) {
        writeExample<T>(out, changes, prefix);
    } else {
        out.utf8(QByteArrayView(example.data(), static_cast<qsizetype>(example.size())));
    }
}

/// The fields of the body with their examples, or with what the changes say.
template <HasFields Dto> void writeExample(JsonWriter &out, ExampleChanges changes, const std::string &prefix)
{
    out.beginObject();
    forEachField<Dto>([&](const auto &field) {
        using Type = typename std::remove_cvref_t<decltype(field)>::Type;
        const std::string path = prefix + std::string(field.name);
        const ExampleChange *change = changeOf(changes, path);
        const bool isNone = change && !change->value.data();
        if (!isInBody(field.rules.in) || (isNone && OptionalValue<Type>::value && !field.rules.nullable))
            return;
        out.key(field.name);
        if (!isNone) {
            writeExampleValue<Type>(out, change ? change->value : field.rules.example, changes, path + '.');
        } else if (ListElement<Type>::value) {
            out.beginArray();
            out.endArray();
        } else {
            out.null();
        }
    });
    out.endObject();
}

/// Compact JSON, in the declared order.
template <HasFields Dto> QByteArray exampleOf(ExampleChanges changes = {})
{
    JsonWriter out;
    writeExample<Dto>(out, changes, {});
    return out.take();
}

/// The DTO's fields that travel there (or elsewhere than in the body).
template <HasFields Dto> std::vector<FieldDescription> describeFields(bool ofBody, Schemas &schemas)
{
    std::vector<FieldDescription> fields;
    forEachField<Dto>([&](const auto &field) {
        if (isInBody(field.rules.in) != ofBody)
            return;
        using Type = typename std::remove_cvref_t<decltype(field)>::Type;
        const QJsonObject schema = schemaOf<Type>(field.rules, schemas);
        fields.push_back({field.name, field.rules.in, !OptionalValue<Type>::value, field.rules.nullable, typeText(schema), field.rules.description,
                          field.rules.example, schema});
    });
    return fields;
}

/// Adds an answer that is one of several DTOs, and those.
template <OneOf Response> void describeAlternatives(Schemas &schemas)
{
    SchemaDescription description;
    [&]<class... Dto>(std::type_identity<std::variant<Dto...>>) {
        (describe<Dto>(schemas), ...);
        description.oneOf = {Fields<Dto>::name...};
    }(std::type_identity<typename Response::Alternatives>());
    description.example = schemas.at(description.oneOf.front()).example;
    schemas.try_emplace(Response::name, std::move(description));
}

/// Adds the DTO and those inside it.
template <HasFields Dto> void describe(Schemas &schemas)
{
    if (!schemas.try_emplace(Fields<Dto>::name).second)
        return;
    std::vector<FieldDescription> fields = describeFields<Dto>(true, schemas);
    schemas[Fields<Dto>::name] = {std::move(fields), exampleOf<Dto>(), {}};
}

} // namespace aegis::http
