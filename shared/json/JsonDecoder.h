#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"
#include "shared/json/FieldErrors.h"
#include "shared/json/JsonText.h"
#include "shared/json/RequestSource.h"
#include "shared/result/Result.h"
#include "shared/text/Secret.h"
#include "shared/time/Instant.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>
#include <QtCore/QJsonValue>
#include <QtCore/QStringList>

#include <optional>
#include <vector>

namespace aegis::json {

// Each reads one value and returns whether it could; if not, it has added an error. A value is never part of an error.
bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, QString &into);
bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, Secret &into);
bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, bool &into);
bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, int &into);
bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, qint64 &into);
bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, Instant &into);
bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, QUuid &into);
bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, QStringList &into);
bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, JsonText &into);
template <class Tag> bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, Id<Tag> &into);
template <class T> bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, std::optional<T> &into);
template <class T> bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, std::vector<T> &into);
template <HasFields Dto> bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, Dto &into);

/// The JSON value that the text of a path, query, header or form field stands for, given the type that it is read as.
template <class T> QJsonValue valueOfText(const QByteArray &text);
QJsonValue booleanOfText(const QByteArray &text);
QJsonValue integerOfText(const QByteArray &text);
QJsonValue stringOfText(const QByteArray &text);
QJsonValue listOfText(const QByteArray &text);

void addTypeError(FieldErrors &errors, const char *expected);
void addMissing(FieldErrors &errors);
/// Adds `unknown` for each member of the object that is not among the names.
void refuseUnknown(const QJsonObject &object, const std::vector<std::string_view> &names, FieldErrors &errors);
/// The object that a whole document is: scanned, parsed, nothing else beside it.
Result<QJsonObject> parseObject(QByteArrayView json);

template <class T> struct IsOptional : std::false_type {
};
template <class T> struct IsOptional<std::optional<T>> : std::true_type {
};

/// Reads the members of an object into the DTO's fields of the body; refuses unknown ones.
template <HasFields Dto> bool readObject(const QJsonObject &object, FieldErrors &errors, Dto &into)
{
    bool good = true;
    std::vector<std::string_view> names;
    forEachField<Dto>([&](const auto &field) {
        if (field.rules.in != In::Body)
            return;
        using Type = typename std::remove_cvref_t<decltype(field)>::Type;
        names.push_back(field.name);
        const FieldErrors::Step step(errors, field.name);
        const auto found = object.constFind(QLatin1String(field.name.data(), static_cast<qsizetype>(field.name.size())));
        if (found != object.constEnd()) {
            good = read(*found, field.rules, errors, into.*(field.member)) && good;
        } else if constexpr (!IsOptional<Type>::value) {
            addMissing(errors);
            good = false;
        }
    });
    refuseUnknown(object, names, errors);
    return good;
}

template <class Tag> bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, Id<Tag> &into)
{
    QUuid uuid;
    if (!read(value, rules, errors, uuid))
        return false;
    into = Id<Tag>(uuid);
    return true;
}

template <class T> bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, std::optional<T> &into)
{
    if (value.isNull() && rules.nullable) {
        into.reset();
        return true;
    }
    return read(value, rules, errors, into.emplace());
}

template <class T> bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, std::vector<T> &into)
{
    if (!value.isArray()) {
        addTypeError(errors, "an array");
        return false;
    }
    bool good = true;
    qsizetype index = 0;
    for (const QJsonValue element : value.toArray()) {
        const FieldErrors::Step step(errors, index++);
        good = read(element, rules, errors, into.emplace_back()) && good;
        if (errors.isFull())
            return false;
    }
    return good;
}

template <HasFields Dto> bool read(const QJsonValue &value, const FieldRules &, FieldErrors &errors, Dto &into)
{
    if (!value.isObject()) {
        addTypeError(errors, "an object");
        return false;
    }
    return readObject(value.toObject(), errors, into);
}

template <class T> QJsonValue valueOfText(const QByteArray &text)
{
    if constexpr (IsOptional<T>::value)
        return valueOfText<typename T::value_type>(text);
    else if constexpr (std::is_same_v<T, bool>)
        return booleanOfText(text);
    else if constexpr (std::is_integral_v<T>)
        return integerOfText(text);
    else if constexpr (std::is_same_v<T, QStringList>)
        return listOfText(text);
    else
        return stringOfText(text);
}

/// Reads the DTO's fields of path, query, header and form.
template <HasFields Dto> void readParameters(const RequestSource &source, FieldErrors &errors, Dto &into)
{
    forEachField<Dto>([&](const auto &field) {
        if (field.rules.in == In::Body)
            return;
        using Type = typename std::remove_cvref_t<decltype(field)>::Type;
        const FieldErrors::Step step(errors, field.name);
        if (const auto text = source.parameter(field.rules.in, field.name))
            read(valueOfText<Type>(*text), field.rules, errors, into.*(field.member));
        else if constexpr (!IsOptional<Type>::value)
            addMissing(errors);
    });
}

} // namespace aegis::json

namespace aegis {

/// Reads a DTO from a JSON document, strictly: what scanJson() refuses and what is no object is `malformed_json` (400);
/// unknown, missing and wrong fields are `validation_failed` (422), all of them told at once.
template <HasFields Dto> Result<Dto> decode(QByteArrayView document)
{
    TRY(const QJsonObject object, json::parseObject(document));
    FieldErrors errors;
    Dto dto{};
    json::readObject(object, errors, dto);
    if (!errors.isEmpty())
        return std::move(errors).toProblem();
    return dto;
}

/// Reads a request's fields from wherever they travel. An empty body is `{}` where it is optional.
template <HasFields Dto> Result<Dto> decodeRequest(const RequestSource &source, bool bodyIsOptional)
{
    FieldErrors errors;
    Dto dto{};
    if constexpr (hasFieldsIn<Dto>(In::Body)) {
        if (!source.body().isEmpty() || !bodyIsOptional) {
            TRY(const QJsonObject object, json::parseObject(source.body()));
            json::readObject(object, errors, dto);
        }
    }
    json::readParameters(source, errors, dto);
    if (!errors.isEmpty())
        return std::move(errors).toProblem();
    return dto;
}

} // namespace aegis
