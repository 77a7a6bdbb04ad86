#include "shared/query/FilterValues.h"

#include "shared/ids/Uuid.h"
#include "shared/query/FilterFieldNames.h"
#include "shared/query/NearestName.h"

#include <algorithm>

namespace aegis {
namespace {

FilterError wrong(const FilterToken &token, const QString &message, QStringList expected = {})
{
    return {token.position, token.length, message, std::move(expected)};
}

/// Whether the text is of the pattern, regardless of case. Each piece is looked for behind the one before it, once.
bool matches(const FilterPattern &pattern, const QString &text)
{
    if (!pattern.hasWildcard())
        return text.compare(pattern.pieces.front(), Qt::CaseInsensitive) == 0;
    const QString &last = pattern.pieces.back();
    if (!text.startsWith(pattern.pieces.front(), Qt::CaseInsensitive) || !text.endsWith(last, Qt::CaseInsensitive))
        return false;
    qsizetype at = pattern.pieces.front().size();
    for (qsizetype i = 1; i + 1 < pattern.pieces.size(); ++i) {
        const qsizetype found = text.indexOf(pattern.pieces[i], at, Qt::CaseInsensitive);
        if (found < 0)
            return false;
        at = found + pattern.pieces[i].size();
    }
    return at + last.size() <= text.size();
}

FilterValuesRead readEnum(const FilterToken &token, const FilterField &field)
{
    std::vector<FilterValue> found;
    for (const QLatin1String value : field.values) {
        if (matches(token.text, value))
            found.emplace_back(QString(value));
    }
    if (!found.empty())
        return found;
    const QStringList values = valueNames(field);
    const QString nearest = nearestName(token.text.text(), values);
    const QString hint = !nearest.isEmpty() ? QStringLiteral("did you mean '%1'?").arg(nearest)
        : values.size() <= 8                ? QStringLiteral("it takes %1").arg(values.join(QStringLiteral(", ")))
                                            : QStringLiteral("it is none of the %1 that there are").arg(values.size());
    const QString shown = token.text.text().left(64);
    return wrong(token, QStringLiteral("unknown value '%1' of '%2': %3").arg(shown, field.name, hint),
                 nearest.isEmpty() ? values : QStringList{nearest});
}

FilterValuesRead readTime(const FilterToken &token, FilterOperator op, Instant now)
{
    const auto parsed = FilterTime::parse(token.text.text(), now);
    switch (parsed.fault) {
    case FilterTime::Fault::Form:
        return wrong(token,
                     QStringLiteral("not a time: write 2026-11-30, 2026-11-30T10:00:00Z, now, or a time from now such as -24h (s, m, h, d, w)"));
    case FilterTime::Fault::Range:
        return wrong(token, QStringLiteral("the time is not between the years 1 and 9999"));
    case FilterTime::Fault::None:
        break;
    }
    const bool isComparedWithASpan = op == FilterOperator::Matches || op == FilterOperator::Equals || op == FilterOperator::Differs;
    if (parsed.isRelative && isComparedWithASpan)
        return wrong(token, QStringLiteral("a time from now is one moment: say whether before (<) or after it (>)"),
                     {QStringLiteral("<"), QStringLiteral(">")});
    return std::vector<FilterValue>{parsed.time};
}

FilterValuesRead readAddress(const FilterToken &token)
{
    const auto parsed = FilterAddress::parse(token.text.text());
    switch (parsed.fault) {
    case FilterAddress::Fault::Form:
        return wrong(token, QStringLiteral("not an address: write 192.0.2.7, 10.1.0.0/16 or 2001:db8::/32"));
    case FilterAddress::Fault::Prefix:
        return wrong(token, QStringLiteral("the number behind the slash must be from 0 to %1").arg(parsed.address.isIpv6 ? 128 : 32));
    case FilterAddress::Fault::HostBits:
        return wrong(token, QStringLiteral("bits are set behind the prefix: the network is %1").arg(parsed.address.text()), {parsed.address.text()});
    case FilterAddress::Fault::None:
        break;
    }
    return std::vector<FilterValue>{parsed.address};
}

FilterValuesRead readNumber(const FilterToken &token)
{
    bool isNumber = false;
    const QString text = token.text.text();
    const auto first = text.startsWith(u'-') ? text.begin() + 1 : text.begin();
    const bool isPlain = first != text.end() && std::all_of(first, text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    const qint64 number = text.toLongLong(&isNumber);
    if (!isPlain)
        return wrong(token, QStringLiteral("not a whole number"));
    if (!isNumber)
        return wrong(token, QStringLiteral("the number is too large"));
    return std::vector<FilterValue>{number};
}

FilterValuesRead readBoolean(const FilterToken &token)
{
    const QString text = token.text.text().toLower();
    const bool isTrue = text == QLatin1String("true");
    if (!isTrue && text != QLatin1String("false"))
        return wrong(token, QStringLiteral("neither true nor false"), {QStringLiteral("true"), QStringLiteral("false")});
    return std::vector<FilterValue>{isTrue};
}

FilterValuesRead readText(const FilterToken &token, FilterOperator op)
{
    FilterPattern pattern = token.text;
    if (op != FilterOperator::Matches)
        pattern.pieces = QStringList{pattern.text()};
    for (QString &piece : pattern.pieces)
        piece = piece.normalized(QString::NormalizationForm_C); // as names and addresses are stored
    return std::vector<FilterValue>{std::move(pattern)};
}

} // namespace

FilterValuesRead readFilterValue(const FilterToken &token, const FilterField &field, FilterOperator op, Instant now)
{
    switch (field.type) {
    case FilterType::Text:
        return readText(token, op);
    case FilterType::Enum:
        return readEnum(token, field);
    case FilterType::Uuid:
        if (const auto uuid = parseUuid(token.text.text().toLatin1()))
            return std::vector<FilterValue>{*uuid};
        return wrong(token, QStringLiteral("not an id: 36 characters such as 0193a0f0-7c00-7abc-8def-00000000beef"));
    case FilterType::Time:
        return readTime(token, op, now);
    case FilterType::Address:
        return readAddress(token);
    case FilterType::Number:
        return readNumber(token);
    case FilterType::Boolean:
        return readBoolean(token);
    }
    return wrong(token, QStringLiteral("the field has no type"));
}

} // namespace aegis
