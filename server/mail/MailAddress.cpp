#include "server/mail/MailAddress.h"

#include "server/mail/MailHeaderText.h"
#include "shared/text/DisplayName.h"

namespace aegis {

std::optional<MailAddress> MailAddress::parse(QStringView text)
{
    const qsizetype open = text.lastIndexOf(u'<');
    if (open < 0) {
        auto address = EmailAddress::parse(text);
        return address ? std::optional(MailAddress{*std::move(address), QString()}) : std::nullopt;
    }
    if (!text.endsWith(u'>'))
        return std::nullopt;
    auto address = EmailAddress::parse(text.sliced(open + 1).chopped(1));
    QStringView name = text.first(open).trimmed();
    if (name.size() >= 2 && name.startsWith(u'"') && name.endsWith(u'"'))
        name = name.sliced(1).chopped(1);
    auto readable = parseDisplayName(name, maxPersonNameLength);
    if (!address || !readable)
        return std::nullopt;
    return MailAddress{*std::move(address), *std::move(readable)};
}

QByteArray MailAddress::headerText() const
{
    const QByteArray bare = address.text().toUtf8();
    return name.isEmpty() ? bare : mailHeaderPhrase(name) + " <" + bare + '>';
}

} // namespace aegis
