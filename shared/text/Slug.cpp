#include "shared/text/Slug.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace aegis {
namespace {

/// Words that a product needs for itself in host names and paths, or that would mislead a reader. Sorted.
constexpr std::array reserved{
    std::u16string_view(u"about"),         std::u16string_view(u"abuse"),      std::u16string_view(u"account"),
    std::u16string_view(u"accounts"),      std::u16string_view(u"admin"),      std::u16string_view(u"administrator"),
    std::u16string_view(u"aegis"),         std::u16string_view(u"api"),        std::u16string_view(u"app"),
    std::u16string_view(u"assets"),        std::u16string_view(u"audit"),      std::u16string_view(u"auth"),
    std::u16string_view(u"billing"),       std::u16string_view(u"blog"),       std::u16string_view(u"cdn"),
    std::u16string_view(u"console"),       std::u16string_view(u"dashboard"),  std::u16string_view(u"demo"),
    std::u16string_view(u"dev"),           std::u16string_view(u"docs"),       std::u16string_view(u"download"),
    std::u16string_view(u"email"),         std::u16string_view(u"ftp"),        std::u16string_view(u"health"),
    std::u16string_view(u"help"),          std::u16string_view(u"hostmaster"), std::u16string_view(u"imap"),
    std::u16string_view(u"info"),          std::u16string_view(u"internal"),   std::u16string_view(u"login"),
    std::u16string_view(u"logout"),        std::u16string_view(u"mail"),       std::u16string_view(u"me"),
    std::u16string_view(u"metrics"),       std::u16string_view(u"mfa"),        std::u16string_view(u"new"),
    std::u16string_view(u"null"),          std::u16string_view(u"oauth"),      std::u16string_view(u"oidc"),
    std::u16string_view(u"openapi"),       std::u16string_view(u"openid"),     std::u16string_view(u"organization"),
    std::u16string_view(u"organizations"), std::u16string_view(u"platform"),   std::u16string_view(u"postmaster"),
    std::u16string_view(u"private"),       std::u16string_view(u"public"),     std::u16string_view(u"register"),
    std::u16string_view(u"root"),          std::u16string_view(u"saml"),       std::u16string_view(u"security"),
    std::u16string_view(u"settings"),      std::u16string_view(u"signin"),     std::u16string_view(u"signup"),
    std::u16string_view(u"smtp"),          std::u16string_view(u"sso"),        std::u16string_view(u"static"),
    std::u16string_view(u"status"),        std::u16string_view(u"support"),    std::u16string_view(u"system"),
    std::u16string_view(u"test"),          std::u16string_view(u"token"),      std::u16string_view(u"undefined"),
    std::u16string_view(u"user"),          std::u16string_view(u"users"),      std::u16string_view(u"webmaster"),
    std::u16string_view(u"well-known"),    std::u16string_view(u"www"),
};
static_assert(std::is_sorted(reserved.begin(), reserved.end()));

bool isSlugLetter(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9');
}

} // namespace

std::optional<Slug::Fault> Slug::faultOf(QStringView text)
{
    if (text.size() < minLength || text.size() > maxLength)
        return Fault::Length;
    if (!std::all_of(text.begin(), text.end(), [](QChar c) { return c == u'-' || isSlugLetter(c); }))
        return Fault::Characters;
    if (text.startsWith(u'-') || text.endsWith(u'-') || text.contains(u"--"))
        return Fault::Hyphens;
    const std::u16string_view word(text.utf16(), static_cast<std::size_t>(text.size()));
    if (std::binary_search(reserved.begin(), reserved.end(), word))
        return Fault::Reserved;
    return std::nullopt;
}

std::optional<Slug> Slug::parse(QStringView text)
{
    if (faultOf(text))
        return std::nullopt;
    return Slug(text.toString());
}

std::optional<Slug> Slug::near(QStringView text)
{
    // Compatibility decomposition takes accents apart from their letters; what is left of them is dropped.
    const QString plain = text.left(4 * maxLength).toString().normalized(QString::NormalizationForm_KD).toLower();
    QString slug;
    for (const QChar c : plain) {
        if (isSlugLetter(c))
            slug.append(c);
        else if (!c.isMark() && !slug.isEmpty() && !slug.endsWith(u'-'))
            slug.append(u'-');
    }
    slug.truncate(maxLength);
    while (slug.endsWith(u'-'))
        slug.chop(1);
    return parse(slug);
}

QString slugFaultName(Slug::Fault fault)
{
    switch (fault) {
    case Slug::Fault::Length:
        return QStringLiteral("length");
    case Slug::Fault::Characters:
        return QStringLiteral("characters");
    case Slug::Fault::Hyphens:
        return QStringLiteral("hyphens");
    case Slug::Fault::Reserved:
        return QStringLiteral("reserved");
    }
    Q_UNREACHABLE();
}

} // namespace aegis
