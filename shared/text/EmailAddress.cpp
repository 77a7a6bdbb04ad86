#include "shared/text/EmailAddress.h"

#include <QtCore/QUrl>

namespace aegis {
namespace {

constexpr qsizetype maxLocalOctets = 64;
constexpr qsizetype maxOctets = 254;

/// Letters and marks that show nothing (Default_Ignorable_Code_Point of Unicode, among the categories L and M): with one of
/// them two addresses would look the same.
bool isUnseen(char32_t c)
{
    return c == 0x034f || c == 0x115f || c == 0x1160 || c == 0x17b4 || c == 0x17b5 || (c >= 0x180b && c <= 0x180f) || c == 0x3164
        || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xffa0 || (c >= 0xe0100 && c <= 0xe01ef);
}

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
    const auto characters = local.toUcs4();
    return std::all_of(characters.begin(), characters.end(), [](char32_t c) { return c == '.' || isAtomCharacter(c); });
}

bool isAsciiDomain(const QString &domain)
{
    const auto labels = QStringView(domain).split(u'.');
    for (const QStringView label : labels) {
        if (label.isEmpty() || label.size() > 63 || label.startsWith(u'-') || label.endsWith(u'-'))
            return false;
        const bool known = std::all_of(label.begin(), label.end(),
                                       [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-'; });
        if (!known)
            return false;
    }
    return true;
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
    const QString domain = QString::fromLatin1(QUrl::toAce(normal.mid(at + 1))).toLower();
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
