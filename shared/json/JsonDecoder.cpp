#include "shared/json/JsonDecoder.h"

#include "shared/json/JsonScanner.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QStringDecoder>

#include <algorithm>
#include <cmath>
#include <limits>

namespace aegis::json {
namespace {

qsizetype codePoints(const QString &text)
{
    return std::count_if(text.begin(), text.end(), [](QChar c) { return !c.isLowSurrogate(); });
}

bool checkLength(const QString &text, const FieldRules &rules, FieldErrors &errors)
{
    // A code point takes at most two units: what is far too long need not be counted.
    const bool farTooLong = rules.maxLength > 0 && text.size() > 2 * qsizetype(rules.maxLength);
    const qsizetype length = farTooLong ? text.size() : codePoints(text);
    if (farTooLong || (rules.maxLength > 0 && length > rules.maxLength)) {
        errors.add(FieldCode::Length, QStringLiteral("Must be at most %1 characters.").arg(rules.maxLength));
        return false;
    }
    if (length < rules.minLength) {
        errors.add(FieldCode::Length,
                   rules.minLength == 1 ? QStringLiteral("Must not be empty.")
                                        : QStringLiteral("Must be at least %1 characters.").arg(rules.minLength));
        return false;
    }
    return true;
}

bool readInteger(const QJsonValue &value, qint64 lowest, qint64 highest, FieldErrors &errors, qint64 &into)
{
    if (!value.isDouble()) {
        addTypeError(errors, "an integer");
        return false;
    }
    const QVariant exact = value.toVariant(); // an integer stays one as long as it fits
    qint64 number = 0;
    if (exact.typeId() == QMetaType::LongLong) {
        number = exact.toLongLong();
    } else {
        constexpr double exactly = 9007199254740992.0; // 2 to the 53rd: beyond it not every integer is a double
        const double real = value.toDouble();
        if (std::trunc(real) != real && std::abs(real) < exactly) {
            addTypeError(errors, "an integer");
            return false;
        }
        if (std::abs(real) > exactly) {
            errors.add(FieldCode::Range, QStringLiteral("Must be a number that fits into its type."));
            return false;
        }
        number = static_cast<qint64>(real);
    }
    if (number < lowest || number > highest) {
        errors.add(FieldCode::Range, QStringLiteral("Must be a number that fits into its type."));
        return false;
    }
    into = number;
    return true;
}

} // namespace

void addTypeError(FieldErrors &errors, const char *expected)
{
    errors.add(FieldCode::Type, QStringLiteral("Must be %1.").arg(QLatin1String(expected)));
}

void addMissing(FieldErrors &errors)
{
    errors.add(FieldCode::Required, QStringLiteral("Must be given."));
}

void refuseUnknown(const QJsonObject &object, const std::vector<std::string_view> &names, FieldErrors &errors)
{
    for (auto member = object.constBegin(); member != object.constEnd() && !errors.isFull(); ++member) {
        const QString name = member.key();
        const bool known = std::any_of(names.begin(), names.end(),
                                       [&](std::string_view one) { return name == QLatin1String(one.data(), static_cast<qsizetype>(one.size())); });
        if (!known)
            errors.addFor(name, FieldCode::Unknown, QStringLiteral("Must not be given: there is no such field."));
    }
}

bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, QString &into)
{
    if (!value.isString()) {
        addTypeError(errors, "a string");
        return false;
    }
    QString text = value.toString();
    if (!checkLength(text, rules, errors) || (rules.check && !rules.check(text, errors)))
        return false;
    into = std::move(text);
    return true;
}

bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, Secret &into)
{
    QString text;
    if (!read(value, rules, errors, text))
        return false;
    into = Secret(text.toUtf8());
    return true;
}

bool read(const QJsonValue &value, const FieldRules &, FieldErrors &errors, bool &into)
{
    if (!value.isBool()) {
        addTypeError(errors, "true or false");
        return false;
    }
    into = value.toBool();
    return true;
}

bool read(const QJsonValue &value, const FieldRules &, FieldErrors &errors, int &into)
{
    qint64 number = 0;
    if (!readInteger(value, std::numeric_limits<int>::min(), std::numeric_limits<int>::max(), errors, number))
        return false;
    into = static_cast<int>(number);
    return true;
}

bool read(const QJsonValue &value, const FieldRules &, FieldErrors &errors, qint64 &into)
{
    return readInteger(value, std::numeric_limits<qint64>::min(), std::numeric_limits<qint64>::max(), errors, into);
}

bool read(const QJsonValue &value, const FieldRules &, FieldErrors &errors, Instant &into)
{
    if (!value.isString()) {
        addTypeError(errors, "a string");
        return false;
    }
    const auto instant = fromRfc3339(value.toString().toUtf8());
    if (!instant) {
        errors.add(FieldCode::Format, QStringLiteral("Must be a time by RFC 3339, e.g. 2026-11-22T07:30:00Z."));
        return false;
    }
    into = *instant;
    return true;
}

bool read(const QJsonValue &value, const FieldRules &, FieldErrors &errors, QUuid &into)
{
    if (!value.isString()) {
        addTypeError(errors, "a string");
        return false;
    }
    const auto uuid = parseUuid(value.toString().toUtf8());
    if (!uuid) {
        errors.add(FieldCode::Format, QStringLiteral("Must be a UUID."));
        return false;
    }
    into = *uuid;
    return true;
}

bool read(const QJsonValue &value, const FieldRules &, FieldErrors &errors, JsonText &into)
{
    if (!value.isObject()) {
        addTypeError(errors, "an object");
        return false;
    }
    into.utf8 = QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact);
    return true;
}

bool read(const QJsonValue &value, const FieldRules &rules, FieldErrors &errors, QStringList &into)
{
    std::vector<QString> elements;
    if (!read<QString>(value, rules, errors, elements))
        return false;
    into = QStringList(std::make_move_iterator(elements.begin()), std::make_move_iterator(elements.end()));
    return true;
}

QJsonValue booleanOfText(const QByteArray &text)
{
    if (text == "true" || text == "false")
        return text == "true";
    return QJsonValue::Null; // of no type that fits
}

QJsonValue integerOfText(const QByteArray &text)
{
    bool fits = false;
    const qint64 number = text.toLongLong(&fits);
    const bool plain = !text.isEmpty() && text.front() != '+' && text.front() != ' ' && text.back() != ' ';
    return fits && plain ? QJsonValue(number) : QJsonValue(QJsonValue::Null);
}

QJsonValue stringOfText(const QByteArray &text)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString decoded = decoder(text);
    const bool control = std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    return decoder.hasError() || control ? QJsonValue(QJsonValue::Null) : QJsonValue(decoded);
}

QJsonValue listOfText(const QByteArray &text)
{
    QJsonArray list;
    const QList<QByteArray> elements = text.split(',');
    for (const QByteArray &element : elements)
        list.append(stringOfText(element.trimmed()));
    return list;
}

Result<QJsonObject> parseObject(QByteArrayView json)
{
    CHECK(scanJson(json));
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size()), &error);
    if (error.error != QJsonParseError::NoError)
        return Problem(ProblemCode::MalformedJson, QStringLiteral("Not JSON at byte %1.").arg(error.offset));
    if (!document.isObject())
        return Problem(ProblemCode::MalformedJson, QStringLiteral("The body must be one JSON object."));
    return document.object();
}

} // namespace aegis::json
