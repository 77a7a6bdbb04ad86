#include "server/mfa/OtpAuthUri.h"

#include "server/crypto/Base32.h"
#include "server/mfa/Totp.h"

#include <QtCore/QUrl>

namespace aegis {

Secret otpAuthUri(const QString &issuer, const QString &account, const Secret &secret)
{
    const QByteArray name = QUrl::toPercentEncoding(issuer);
    const QByteArray uri = "otpauth://totp/" + name + ':' + QUrl::toPercentEncoding(account) + "?secret=" + base32Encode(secret.reveal())
        + "&issuer=" + name + "&algorithm=SHA1&digits=" + QByteArray::number(totp::digits) + "&period=" + QByteArray::number(totp::period.count());
    return Secret(uri);
}

} // namespace aegis
