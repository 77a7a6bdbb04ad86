#include "shared/dto/AccountTexts.h"

#include "shared/text/DisplayName.h"
#include "shared/text/EmailAddress.h"
#include "shared/text/Slug.h"

#include <algorithm>

namespace aegis {
namespace {

QString sentenceOf(Slug::Fault fault)
{
    switch (fault) {
    case Slug::Fault::Length:
        return QStringLiteral("Must be %1 to %2 characters.").arg(Slug::minLength).arg(Slug::maxLength);
    case Slug::Fault::Characters:
        return QStringLiteral("Must consist of a-z, 0-9 and hyphens.");
    case Slug::Fault::Hyphens:
        return QStringLiteral("Must not begin or end with a hyphen, nor have two in a row.");
    case Slug::Fault::Reserved:
        return QStringLiteral("Is reserved.");
    }
    Q_UNREACHABLE();
}

FieldCode codeOf(Slug::Fault fault)
{
    switch (fault) {
    case Slug::Fault::Length:
        return FieldCode::Length;
    case Slug::Fault::Characters:
        return FieldCode::Characters;
    case Slug::Fault::Hyphens:
        return FieldCode::Hyphens;
    case Slug::Fault::Reserved:
        return FieldCode::Reserved;
    }
    Q_UNREACHABLE();
}

bool checkName(const QString &text, qsizetype maxLength, FieldErrors &errors)
{
    if (parseDisplayName(text, maxLength))
        return true;
    errors.add(FieldCode::Format, QStringLiteral("Must be 1 to %1 readable characters.").arg(maxLength));
    return false;
}

} // namespace

bool checkEmail(const QString &text, FieldErrors &errors)
{
    if (EmailAddress::parse(text))
        return true;
    errors.add(FieldCode::Format, QStringLiteral("Must be a mail address such as ada@example.com."));
    return false;
}

bool checkPersonName(const QString &text, FieldErrors &errors)
{
    return checkName(text, maxPersonNameLength, errors);
}

bool checkOrganizationName(const QString &text, FieldErrors &errors)
{
    return checkName(text, maxOrganizationNameLength, errors);
}

bool checkSlug(const QString &text, FieldErrors &errors)
{
    const auto fault = Slug::faultOf(text);
    if (!fault)
        return true;
    errors.add(codeOf(*fault), sentenceOf(*fault));
    return false;
}

bool checkRoleName(const QString &text, FieldErrors &errors)
{
    const auto isLetter = [](QChar c) { return c >= u'A' && c <= u'Z'; };
    const auto isGood = [&isLetter](QChar c) { return isLetter(c) || (c >= u'0' && c <= u'9') || c == u'_'; };
    if (text.size() >= 2 && text.size() <= 63 && isLetter(text.front()) && std::all_of(text.begin(), text.end(), isGood))
        return true;
    errors.add(FieldCode::Format, QStringLiteral("Must be 2 to 63 capital letters, digits and _, a letter first."));
    return false;
}

} // namespace aegis
