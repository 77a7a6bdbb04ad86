#include "shared/text/EmailAddress.h"

#include "shared/text/UnseenCharacters.h"

#include <QtCore/QUrl>

#include <algorithm>

namespace aegis {
namespace {

constexpr qsizetype maxLocalOctets = 64;
constexpr qsizetype maxOctets = 254;

/// `atext` of RFC 5322, section 3.2.3, and what RFC 6531 adds, without what a reader cannot see.
bool isAtomCharacter(char32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || QStringView(u"!#$%&'*+-/=?^_`{|}~").contains(QChar(char16_t(c)));
    return (QChar::isLetterOrNumber(c) || QChar::isMark(c)) && !isUnseen(c);
}

bool isLocalPart(const QString &local)
{
    if (local.isEmpty() || local.toUtf8().size() > maxLocalOctets)
        return false;
    if (local.startsWith(u'.') || local.endsWith(u'.') || local.contains(QStringLiteral("..")))
        return false;
    if (local.normalized(QString::NormalizationForm_KC) != local) // full width, ligatures and the like: another's address to the eye
        return false;
    const auto characters = local.toUcs4();
    if (QChar::isMark(characters.front()))
        return false;
    return std::all_of(characters.begin(), characters.end(), [](char32_t c) { return c == '.' || isAtomCharacter(c); });
}

bool isLabel(QStringView label)
{
    return !label.isEmpty() && label.size() <= 63 && !label.startsWith(u'-') && !label.endsWith(u'-')
        && std::all_of(label.begin(), label.end(), [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-'; });
}

/// Whether a host that ends in that label is read as an IPv4 address (the URL standard's "ends in a number": also `0x7f`).
bool isNumber(QStringView label)
{
    if (label.startsWith(QStringLiteral("0x")))
        return std::all_of(label.begin() + 2, label.end(), [](QChar c) { return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f'); });
    return std::all_of(label.begin(), label.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
}

bool isAsciiDomain(const QString &domain)
{
    const auto labels = QStringView(domain).split(u'.');
    return std::all_of(labels.begin(), labels.end(), isLabel) && !isNumber(labels.back());
}

/// The ASCII form (RFC 5890) of a domain; empty when it has none, or when what says that it is one (`xn--`) is none.
QString asciiDomain(const QString &domain)
{
    const QByteArray ascii = QUrl::toAce(domain).toLower();
    const QString unicode = QUrl::fromAce(ascii, QUrl::IgnoreIDNWhitelist);
    const bool isDecoded = !unicode.startsWith(QStringLiteral("xn--")) && !unicode.contains(QStringLiteral(".xn--"));
    return isDecoded && QUrl::toAce(unicode) == ascii ? QString::fromLatin1(ascii) : QString();
}

} // namespace

std::optional<EmailAddress> EmailAddress::parse(QStringView text)
{
    if (text.size() > maxOctets || !text.isValidUtf16())
        return std::nullopt;
    const QString normal = text.toString().normalized(QString::NormalizationForm_C).toLower().normalized(QString::NormalizationForm_C);
    const qsizetype at = normal.lastIndexOf(u'@');
    if (at < 1)
        return std::nullopt;
    const QString local = normal.left(at);
    const QString domain = asciiDomain(normal.mid(at + 1));
    if (!isLocalPart(local) || !isAsciiDomain(domain))
        return std::nullopt;
    QString whole = local + u'@' + domain;
    if (whole.toUtf8().size() > maxOctets)
        return std::nullopt;
    return EmailAddress(std::move(whole));
}

QString EmailAddress::localPart() const
{
    return m_text.left(m_text.lastIndexOf(u'@'));
}

QString EmailAddress::domain() const
{
    return m_text.mid(m_text.lastIndexOf(u'@') + 1);
}

} // namespace aegis
