#include "server/http/documentation/FieldSchema.h"

#include <algorithm>
#include <charconv>

namespace aegis::http {
namespace {

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

const QString typeKey = QStringLiteral("type");
const QString formatKey = QStringLiteral("format");
const QString referenceKey = QStringLiteral("$ref");

} // namespace

QJsonObject textSchema(const FieldRules &rules)
{
    QJsonObject schema{{typeKey, QStringLiteral("string")}};
    if (!rules.format.empty())
        schema.insert(formatKey, textOf(rules.format));
    if (const int shortest = std::max(rules.minLength, rules.documentedMinLength); shortest > 0)
        schema.insert(QStringLiteral("minLength"), shortest);
    if (const int longest = rules.documentedMaxLength > 0 ? rules.documentedMaxLength : rules.maxLength; longest > 0)
        schema.insert(QStringLiteral("maxLength"), longest);
    if (!rules.pattern.empty())
        schema.insert(QStringLiteral("pattern"), textOf(rules.pattern));
    if (!rules.values.empty())
        schema.insert(QStringLiteral("enum"), QJsonArray::fromStringList(textOf(rules.values).split(QLatin1Char(','))));
    return schema;
}

QJsonObject plainSchema(const char *type, const char *format)
{
    QJsonObject schema{{typeKey, QString::fromLatin1(type)}};
    if (format)
        schema.insert(formatKey, QString::fromLatin1(format));
    return schema;
}

QJsonObject listSchema(const QJsonObject &element)
{
    return {{typeKey, QStringLiteral("array")}, {QStringLiteral("items"), element}};
}

QJsonObject referenceTo(std::string_view schema)
{
    return {{referenceKey, QStringLiteral("#/components/schemas/") + textOf(schema)}};
}

QJsonObject orNull(const QJsonObject &schema)
{
    if (schema.contains(referenceKey))
        return {{QStringLiteral("anyOf"), QJsonArray{schema, plainSchema("null", nullptr)}}};
    QJsonObject nullable = schema;
    nullable.insert(typeKey, QJsonArray{schema.value(typeKey), QStringLiteral("null")});
    if (QJsonArray values = schema.value(QLatin1String("enum")).toArray(); !values.isEmpty()) {
        values.append(QJsonValue::Null);
        nullable.insert(QStringLiteral("enum"), values);
    }
    return nullable;
}

QString typeText(const QJsonObject &schema)
{
    if (const QJsonValue choices = schema.value(QLatin1String("anyOf")); choices.isArray())
        return typeText(choices[0].toObject()) + QStringLiteral(" or null");
    if (const QString reference = schema.value(referenceKey).toString(); !reference.isEmpty())
        return reference.mid(reference.lastIndexOf(QLatin1Char('/')) + 1);
    const QJsonValue type = schema.value(typeKey);
    const bool nullable = type.isArray();
    QString text = nullable ? type[0].toString() : type.toString();
    if (text == QStringLiteral("array"))
        text = QStringLiteral("array of ") + typeText(schema.value(QLatin1String("items")).toObject());
    if (const QString format = schema.value(formatKey).toString(); !format.isEmpty())
        text += QStringLiteral(" (") + format + QStringLiteral(")");
    if (nullable)
        text += QStringLiteral(" or null");
    if (const int longest = schema.value(QLatin1String("maxLength")).toInt(); longest > 0)
        text += QStringLiteral(", at most %1 characters").arg(longest);
    return text;
}

void writeTextList(JsonWriter &out, std::string_view elements)
{
    out.beginArray();
    const QList<QByteArray> parts = QByteArray(elements.data(), static_cast<qsizetype>(elements.size())).split(',');
    for (const QByteArray &part : parts) {
        if (!elements.empty())
            out.utf8(part);
    }
    out.endArray();
}

const ExampleChange *changeOf(ExampleChanges changes, std::string_view path)
{
    const auto found = std::find_if(changes.begin(), changes.end(), [&](const ExampleChange &change) { return change.path == path; });
    return found == changes.end() ? nullptr : &*found;
}

qint64 integerOf(std::string_view text)
{
    qint64 number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

} // namespace aegis::http
