#include "server/crypto/SigningKey.h"

#include "server/crypto/AsymmetricKeys.h"
#include "server/crypto/Base64.h"
#include "tests/support/TestMain.h"
#include "tests/support/Vectors.h"

#include <QtCore/QJsonArray>

#include <openssl/rsa.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace aegis;
using aegis::test::hexMember;

Q_DECLARE_METATYPE(aegis::SigningAlgorithm)

class TestSigningKey : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void algorithms_data();
    void aNewKeyVerifiesWhatItSigned_data() { algorithms_data(); }
    void aNewKeyVerifiesWhatItSigned();
    void exportedPrivatePartIsTheSameKey_data() { algorithms_data(); }
    void exportedPrivatePartIsTheSameKey();
    void publicHalfVerifiesAndCannotSign_data();
    void publicHalfVerifiesAndCannotSign();
    void aSharedSecretHasNoPublicHalf();
    void refusesAPrivatePart_data();
    void refusesAPrivatePart();
    void refusesADocument_data();
    void refusesADocument();
    void refusesAnRsaDocument_data();
    void refusesAnRsaDocument();
    void thumbprintsAgreeWithTheRfc();
    void es256AgreesWithThePublishedVectors();
    void ed25519AgreesWithThePublishedVectors();
    void oneKeySignsOnManyThreads();
};

static QByteArray x25519Pkcs8()
{
    return QByteArray::fromHex("302e020100300506032b656e04220420") + QByteArray(32, 'k');
}

static QByteArray shortRsaPkcs8(const char *type, std::size_t bits = 1024)
{
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY *made = nullptr;
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) != 1
        || EVP_PKEY_generate(context.get(), &made) != 1)
        qFatal("OpenSSL makes no key of %s", type);
    const EvpKey key(made);
    return privateKeyToDer(key.get()).value().reveal().toByteArray();
}

static QJsonObject pointJwk()
{
    return {{QStringLiteral("kty"), QStringLiteral("EC")},
            {QStringLiteral("crv"), QStringLiteral("P-256")},
            {QStringLiteral("x"), QStringLiteral("04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY")},
            {QStringLiteral("y"), QStringLiteral("UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw")}};
}

void TestSigningKey::algorithms_data()
{
    QTest::addColumn<SigningAlgorithm>("algorithm");
    QTest::newRow("ES256") << SigningAlgorithm::Es256;
    QTest::newRow("HS256") << SigningAlgorithm::Hs256;
    QTest::newRow("EdDSA") << SigningAlgorithm::EdDsa;
    QTest::newRow("RS256") << SigningAlgorithm::Rs256;
}

static qsizetype signatureSize(SigningAlgorithm algorithm)
{
    switch (algorithm) {
    case SigningAlgorithm::Hs256:
        return 32;
    case SigningAlgorithm::Rs256:
        return 256;
    default:
        return 64;
    }
}

void TestSigningKey::aNewKeyVerifiesWhatItSigned()
{
    QFETCH(SigningAlgorithm, algorithm);
    const auto key = SigningKey::generate(algorithm);
    const auto other = SigningKey::generate(algorithm);
    QVERIFY_RESULT(key);
    QVERIFY_RESULT(other);

    for (int i = 0; i < 50; ++i) { // short integers in ES256 signatures come about once in 128
        const QByteArray message = "message " + QByteArray::number(i);
        auto signature = key->sign(message);

        QVERIFY_RESULT(signature);
        QCOMPARE(signature->size(), signatureSize(algorithm));
        QVERIFY(key->verify(message, *signature));
        QVERIFY(!key->verify(message + '.', *signature));
        QVERIFY(!other->verify(message, *signature));
        (*signature)[i % 32] = static_cast<char>((*signature)[i % 32] ^ 1);
        QVERIFY(!key->verify(message, *signature));
    }
    QVERIFY(!key->verify("message", QByteArray()));
    QVERIFY(key->kid() != other->kid());
    QVERIFY(!key->kid().isEmpty());
}

void TestSigningKey::exportedPrivatePartIsTheSameKey()
{
    QFETCH(SigningAlgorithm, algorithm);
    const auto key = SigningKey::generate(algorithm);
    QVERIFY_RESULT(key);
    const auto bytes = key->exportPrivate();
    QVERIFY_RESULT(bytes);

    const auto again = SigningKey::fromPrivate(algorithm, *bytes);

    QVERIFY_RESULT(again);
    QCOMPARE(again->kid(), key->kid());
    QCOMPARE(again->publicJwk(), key->publicJwk());
    QVERIFY(key->verify("message", *again->sign("message")));
}

void TestSigningKey::publicHalfVerifiesAndCannotSign_data()
{
    QTest::addColumn<SigningAlgorithm>("algorithm");
    QTest::addColumn<QStringList>("members");
    const auto names = [](const char *list) { return QString::fromLatin1(list).split(QLatin1Char(' ')); };
    QTest::newRow("ES256") << SigningAlgorithm::Es256 << names("alg crv kid kty use x y");
    QTest::newRow("EdDSA") << SigningAlgorithm::EdDsa << names("alg crv kid kty use x");
    QTest::newRow("RS256") << SigningAlgorithm::Rs256 << names("alg e kid kty n use");
}

void TestSigningKey::publicHalfVerifiesAndCannotSign()
{
    QFETCH(SigningAlgorithm, algorithm);
    QFETCH(QStringList, members);
    const auto key = SigningKey::generate(algorithm);
    QVERIFY_RESULT(key);
    const auto jwk = key->publicJwk();
    QVERIFY(jwk);

    const auto half = SigningKey::fromJwk(*jwk);

    QVERIFY_RESULT(half);
    QCOMPARE(jwk->keys(), members);
    QCOMPARE(jwk->value(QLatin1String("kid")).toString().toLatin1(), *jwkThumbprint(*jwk));
    QCOMPARE(half->kid(), key->kid());
    QVERIFY(half->verify("message", *key->sign("message")));
    QVERIFY(!half->canSign());
    QCOMPARE(half->sign("message").problem().code, ProblemCode::Internal);
    QCOMPARE(half->exportPrivate().problem().code, ProblemCode::Internal);
}

void TestSigningKey::aSharedSecretHasNoPublicHalf()
{
    const Secret secret(QByteArrayView("a shared secret of forty-two bytes exactly"));

    const auto key = SigningKey::fromPrivate(SigningAlgorithm::Hs256, secret);

    QVERIFY_RESULT(key);
    QVERIFY(!key->publicJwk());
    const QJsonObject oct{{QStringLiteral("kty"), QStringLiteral("oct")}, {QStringLiteral("k"), QString::fromLatin1(base64Url(secret.reveal()))}};
    QVERIFY2(key->kid() != *jwkThumbprint(oct), "a plain hash of the secret is not shown");
}

void TestSigningKey::refusesAPrivatePart_data()
{
    QTest::addColumn<SigningAlgorithm>("algorithm");
    QTest::addColumn<QByteArray>("bytes");
    const QByteArray ec = SigningKey::generate(SigningAlgorithm::Es256)->exportPrivate()->reveal().toByteArray();
    const QByteArray ed = SigningKey::generate(SigningAlgorithm::EdDsa)->exportPrivate()->reveal().toByteArray();
    QTest::newRow("nothing") << SigningAlgorithm::Es256 << QByteArray();
    QTest::newRow("no DER") << SigningAlgorithm::Es256 << QByteArray("no key at all, but quite a lot of text instead of one");
    QTest::newRow("cut short") << SigningAlgorithm::Es256 << ec.chopped(1);
    QTest::newRow("with something behind") << SigningAlgorithm::Es256 << ec + 'x';
    QTest::newRow("an Ed25519 key for ES256") << SigningAlgorithm::Es256 << ed;
    QTest::newRow("a P-256 key for EdDSA") << SigningAlgorithm::EdDsa << ec;
    QTest::newRow("an X25519 key for EdDSA") << SigningAlgorithm::EdDsa << x25519Pkcs8();
    const QByteArray rsa = SigningKey::generate(SigningAlgorithm::Rs256)->exportPrivate()->reveal().toByteArray();
    QTest::newRow("an RSA key for ES256") << SigningAlgorithm::Es256 << rsa;
    QTest::newRow("a P-256 key for RS256") << SigningAlgorithm::Rs256 << ec;
    QTest::newRow("an RSA key of 1024 bits") << SigningAlgorithm::Rs256 << shortRsaPkcs8("RSA");
    QTest::newRow("an RSA key that is only for PSS") << SigningAlgorithm::Rs256 << shortRsaPkcs8("RSA-PSS", 2048);
    QTest::newRow("a short shared secret") << SigningAlgorithm::Hs256 << QByteArray(31, 's');
}

void TestSigningKey::refusesAPrivatePart()
{
    QFETCH(SigningAlgorithm, algorithm);
    QFETCH(QByteArray, bytes);

    const auto key = SigningKey::fromPrivate(algorithm, Secret(bytes));

    QVERIFY(!key);
    QCOMPARE(key.problem().code, ProblemCode::Internal);
    QVERIFY(!key.problem().internal.isEmpty());
}

void TestSigningKey::refusesADocument_data()
{
    QTest::addColumn<QString>("member");
    QTest::addColumn<QJsonValue>("value");
    const auto row = [](const char *name, const char *member, const QJsonValue &value) {
        QTest::newRow(name) << QString::fromLatin1(member) << value;
    };
    row("for encryption", "use", QStringLiteral("enc"));
    row("for other operations", "key_ops", QJsonArray{QStringLiteral("sign"), QStringLiteral("encrypt")});
    row("for another algorithm", "alg", QStringLiteral("ES384"));
    row("for HS256", "alg", QStringLiteral("HS256"));
    row("of an unknown type", "kty", QStringLiteral("RSA"));
    row("of no type", "kty", QJsonValue());
    row("on another curve", "crv", QStringLiteral("P-384"));
    row("with a coordinate that is too short", "x", QStringLiteral("AAAA"));
    row("with a point beside the curve", "y", QStringLiteral("UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmk"));
    row("with a coordinate that is no text", "y", 7);
}

void TestSigningKey::refusesADocument()
{
    QFETCH(QString, member);
    QFETCH(QJsonValue, value);
    QJsonObject jwk = pointJwk();
    QVERIFY_RESULT(SigningKey::fromJwk(jwk));
    jwk.insert(member, value);

    const auto key = SigningKey::fromJwk(jwk);

    QVERIFY(!key);
    QCOMPARE(key.problem().code, ProblemCode::Internal);
}

void TestSigningKey::refusesAnRsaDocument_data()
{
    QTest::addColumn<QString>("member");
    QTest::addColumn<QByteArray>("number");
    const auto row = [](const char *name, const char *member, const QByteArray &number) {
        QTest::newRow(name) << QString::fromLatin1(member) << number;
    };
    row("no modulus", "n", {});
    row("a modulus of 1024 bits", "n", '\x80' + QByteArray(126, 'n') + '\x01');
    row("a modulus of 4104 bits", "n", '\x80' + QByteArray(511, 'n') + '\x01');
    row("an even modulus", "n", '\x80' + QByteArray(254, 'n') + '\x02');
    row("a leading zero", "n", QByteArray(1, '\0') + '\x80' + QByteArray(254, 'n') + '\x01');
    row("no exponent", "e", {});
    row("an exponent of one", "e", QByteArray(1, '\1'));
    row("an even exponent", "e", QByteArray(1, '\2'));
    row("a long exponent", "e", QByteArray(9, '\1'));
}

void TestSigningKey::refusesAnRsaDocument()
{
    QFETCH(QString, member);
    QFETCH(QByteArray, number);
    QJsonObject jwk = *SigningKey::generate(SigningAlgorithm::Rs256)->publicJwk();
    QVERIFY_RESULT(SigningKey::fromJwk(jwk));
    jwk.insert(member, QString::fromLatin1(base64Url(number)));

    QVERIFY(!SigningKey::fromJwk(jwk).ok());
}

void TestSigningKey::thumbprintsAgreeWithTheRfc()
{
    AEGIS_VECTORS(vectors, "jose_rfc.json");
    const QJsonArray tests = vectors.value(QLatin1String("thumbprint")).toArray();
    QVERIFY(!tests.isEmpty());
    for (const QJsonValue &test : tests)
        QCOMPARE(QString::fromLatin1(jwkThumbprint(test[QLatin1String("jwk")].toObject()).value_or(QByteArray())),
                 test[QLatin1String("thumb")].toString());
    QVERIFY(!jwkThumbprint({{QStringLiteral("kty"), QStringLiteral("EC")}}));
    QVERIFY(!jwkThumbprint({}));
}

void TestSigningKey::es256AgreesWithThePublishedVectors()
{
    AEGIS_VECTORS(vectors, "wycheproof_es256_p1363.json");
    int valid = 0;
    for (const QJsonValue &value : vectors.value(QLatin1String("tests")).toArray()) {
        const QJsonObject test = value.toObject();
        const QByteArray point = hexMember(test, "pk");
        QJsonObject jwk = pointJwk();
        jwk.insert(QLatin1String("x"), QString::fromLatin1(base64Url(point.sliced(1, 32))));
        jwk.insert(QLatin1String("y"), QString::fromLatin1(base64Url(point.sliced(33))));
        const auto key = SigningKey::fromJwk(jwk);
        QVERIFY_RESULT(key);

        const bool good = key->verify(hexMember(test, "msg"), hexMember(test, "sig"));

        const bool expected = test.value(QLatin1String("result")) == QLatin1String("valid");
        QVERIFY2(good == expected, qPrintable(QString::number(test.value(QLatin1String("id")).toInt())));
        valid += expected ? 1 : 0;
    }
    QVERIFY(valid > 50);
}

void TestSigningKey::ed25519AgreesWithThePublishedVectors()
{
    AEGIS_VECTORS(vectors, "wycheproof_ed25519.json");
    int valid = 0;
    for (const QJsonValue &value : vectors.value(QLatin1String("tests")).toArray()) {
        const QJsonObject test = value.toObject();
        const auto key = SigningKey::fromJwk({{QStringLiteral("kty"), QStringLiteral("OKP")},
                                              {QStringLiteral("crv"), QStringLiteral("Ed25519")},
                                              {QStringLiteral("x"), QString::fromLatin1(base64Url(hexMember(test, "pk")))}});
        QVERIFY_RESULT(key);

        const bool good = key->verify(hexMember(test, "msg"), hexMember(test, "sig"));

        const bool expected = test.value(QLatin1String("result")) == QLatin1String("valid");
        QVERIFY2(good == expected, qPrintable(QString::number(test.value(QLatin1String("id")).toInt())));
        valid += expected ? 1 : 0;
    }
    QVERIFY(valid > 50);
}

void TestSigningKey::oneKeySignsOnManyThreads()
{
    const auto key = SigningKey::generate(SigningAlgorithm::Es256);
    QVERIFY_RESULT(key);
    std::atomic<int> good = 0;

    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&good, thread, copy = *key] {
            for (int i = 0; i < 100; ++i) {
                const QByteArray message = QByteArray::number(thread * 1000 + i);
                const auto signature = copy.sign(message);
                good += signature && copy.verify(message, *signature) && !copy.verify("other", *signature) ? 1 : 0;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();

    QCOMPARE(good.load(), 400);
}

AEGIS_TEST(TestSigningKey)
#include "TestSigningKey.moc"
