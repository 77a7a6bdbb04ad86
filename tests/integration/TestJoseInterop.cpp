#include "tests/integration/NpmPackages.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

using namespace aegis;
using namespace aegis::test;

/// `jose`, the JWT library that most Node services use, with our tokens and our key set, through a real server.
class TestJoseInterop : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void verifiesOurTokensFromOurKeySet();
};

namespace {

/// Says `sub kid alg` of a good token, else the code of the error.
const char *const script = R"js(
import { createRemoteJWKSet, jwtVerify } from 'jose';
const [, , url, issuer, audience, ...tokens] = process.argv;
const keys = createRemoteJWKSet(new URL(url));
for (const token of tokens) {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' });
    console.log(payload.sub, protectedHeader.kid, protectedHeader.alg);
  } catch (error) {
    console.log(error.code);
  }
}
)js";

} // namespace

void TestJoseInterop::verifiesOurTokensFromOurKeySet()
{
    const NpmPackages packages;
    const QString missing = packages.install({QStringLiteral("jose@5.9.6")});
    if (!missing.isEmpty())
        QSKIP(qPrintable(missing));

    for (const QByteArray algorithm : {"ES256", "EdDSA", "RS256"}) {
        TestServer server({{"JWT_ALGORITHM", algorithm}, {"JWT_ISSUER", "https://auth.example.com"}});
        const SignedUp ada = server.signUp();
        QByteArray changed = ada.accessToken;
        changed[changed.size() - 20] = changed[changed.size() - 20] == 'A' ? 'B' : 'A';
        const QString url = QStringLiteral("http://127.0.0.1:%1/.well-known/jwks.json").arg(server.port());
        const QStringList before{url, QStringLiteral("https://auth.example.com"), QStringLiteral("aegis")};
        const QStringList tokens{QString::fromLatin1(ada.accessToken), QString::fromLatin1(changed), QString::fromLatin1(ada.refreshToken)};
        const QByteArray kid = server.value<QByteArray>("select kid from aegis.signing_key where signs_from <= created_at");

        const QByteArrayList said = packages.run(script, before + tokens).split('\n');

        QCOMPARE(said.size(), 3);
        QCOMPARE(said[0], ada.userId + ' ' + kid + ' ' + algorithm);
        QCOMPARE(said[1], QByteArray("ERR_JWS_SIGNATURE_VERIFICATION_FAILED"));
        QVERIFY2(said[2].startsWith("ERR_"), said[2].constData()); // a refresh token passes for no access token
        QCOMPARE(packages.run(script, {url, QStringLiteral("https://other.example"), QStringLiteral("aegis"), tokens[0]}),
                 QByteArray("ERR_JWT_CLAIM_VALIDATION_FAILED"));
    }
}

AEGIS_TEST(TestJoseInterop)
#include "TestJoseInterop.moc"
