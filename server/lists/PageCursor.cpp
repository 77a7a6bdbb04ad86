#include "server/lists/PageCursor.h"

#include "server/crypto/Base64.h"
#include "shared/ids/Uuid.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

/// Longer ones are not ours: the longest value that lists are ordered by has some hundred characters.
constexpr qsizetype longest = 8192;

const QString descending = QStringLiteral("desc");
const QString ascending = QStringLiteral("asc");

} // namespace

QByteArray PageCursor::text() const
{
    const QJsonArray parts{sort, isDescending ? descending : ascending, value ? QJsonValue(*value) : QJsonValue(QJsonValue::Null),
                           QString::fromLatin1(uuidText(id))};
    return base64Url(QJsonDocument(parts).toJson(QJsonDocument::Compact));
}

std::optional<PageCursor> PageCursor::parse(QByteArrayView text)
{
    const auto json = text.size() <= longest ? base64UrlDecode(text) : std::nullopt;
    if (!json)
        return std::nullopt;
    const QJsonArray parts = QJsonDocument::fromJson(*json).array();
    if (parts.size() != 4 || !parts[0].isString() || !(parts[2].isString() || parts[2].isNull()))
        return std::nullopt;
    const QString direction = parts[1].toString();
    const auto id = parseUuid(parts[3].toString().toLatin1());
    if ((direction != ascending && direction != descending) || !id)
        return std::nullopt;
    PageCursor cursor{parts[0].toString(), direction == descending, std::nullopt, *id};
    if (parts[2].isString())
        cursor.value = parts[2].toString();
    return cursor.value && cursor.value->contains(QChar(u'\0')) ? std::nullopt : std::optional(std::move(cursor));
}

} // namespace aegis
