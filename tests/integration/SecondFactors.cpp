#include "tests/integration/SecondFactors.h"

#include "server/mfa/Totp.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace aegis::test {

QByteArray Enrolled::code(const TestServer &server, int stepsAhead) const
{
    return totp::codeOf(secret, totp::stepAt(server.now()) + stepsAhead);
}

Secret base32Decoded(const QByteArray &text)
{
    QByteArray bytes;
    int bits = 0;
    unsigned pending = 0;
    for (const char c : text) {
        pending = (pending << 5) | static_cast<unsigned>(c >= 'A' && c <= 'Z' ? c - 'A' : c - '2' + 26);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.append(static_cast<char>(pending >> bits));
            pending &= (1U << bits) - 1;
        }
    }
    return Secret(bytes);
}

Enrolled enrol(TestServer &server, const SignedUp &person)
{
    const TestClient client = server.client().as(person.accessToken);
    const TestReply enabled = client.post("/auth/mfa/enable");
    if (enabled.status != 200)
        qFatal("a second factor of the test could not be enabled: %s", enabled.described().constData());
    Enrolled enrolled{.person = person, .secret = base32Decoded(enabled.text(QLatin1String("secret"))), .backupCodes = {}};
    const TestReply verified = client.post("/auth/mfa/verify", textObject({{"code", enrolled.code(server)}}));
    if (verified.status != 200)
        qFatal("a second factor of the test could not be confirmed: %s", verified.described().constData());
    const QJsonArray codes = verified.json()[QLatin1String("backupCodes")].toArray();
    for (const QJsonValue &code : codes)
        enrolled.backupCodes.append(code.toString().toLatin1());
    return enrolled;
}

QByteArray mfaTokenFor(const TestServer &server, const SignedUp &person)
{
    const TestReply reply = server.client().post("/auth/login", textObject({{"email", person.email}, {"password", person.password}}));
    if (reply.status != 200 || !reply.json()[QLatin1String("mfaRequired")].toBool())
        qFatal("a login of the test did not ask for the second factor: %s", reply.described().constData());
    return reply.text(QLatin1String("mfaToken"));
}

TestReply challenge(const TestServer &server, const QByteArray &mfaToken, const QByteArray &code)
{
    return server.client().post("/auth/mfa/challenge", textObject({{"mfaToken", mfaToken}, {"code", code}}));
}

TestReply challengeWithBackupCode(const TestServer &server, const QByteArray &mfaToken, const QByteArray &backupCode)
{
    return server.client().post("/auth/mfa/challenge", textObject({{"mfaToken", mfaToken}, {"backupCode", backupCode}}));
}

QByteArray claimIn(const QByteArray &token, QLatin1String name)
{
    const QByteArray claims = QByteArray::fromBase64(token.split('.').value(1), QByteArray::Base64UrlEncoding);
    const QJsonValue value = QJsonDocument::fromJson(claims).object().value(name);
    if (value.isArray())
        return value.toVariant().toStringList().join(u',').toUtf8();
    return value.toVariant().toString().toUtf8();
}

} // namespace aegis::test
