#include "server/crypto/Digest.h"
#include "server/sessions/SessionOpener.h"
#include "tests/server/sessions/SampleTokens.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestSessionOpener : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void makesTheRowsOfASession();
    void belongsToThePersonWithoutAnOrganization();
    void givesTokensOfTheSameSession();
    void noTokenOutlivesItsSession();
    void everySessionHasANonceOfItsOwn();
    void tellsOfItInAnEvent();

private:
    static RequestContext context()
    {
        RequestContext context = RequestContext::forSystem(sampleNow);
        context.tenant = {.organization = OrganizationId::make(sampleNow), .user = UserId::make(sampleNow)};
        context.client = {
            .address = QHostAddress(QStringLiteral("2001:db8::7")), .userAgent = QStringLiteral("curl/8"), .languages = "de-AT, en;q=0.5"};
        return context;
    }
    SessionOpener opener(const SessionLifetimes &lifetimes = {}) const { return {m_tokens, lifetimes}; }

    const KeyRing m_keys{KeySet::of({makeKey()})};
    const AccessTokens m_accessTokens{m_keys, {.issuer = QStringLiteral("aegis"), .audience = QStringLiteral("aegis"), .lifetime = 900s}};
    const RefreshTokens m_refreshTokens = makeRefreshTokens();
    const TokenIssuer m_tokens{m_accessTokens, m_refreshTokens};
    const QStringList m_roles{QStringLiteral("MEMBER")};
    const QStringList m_methods{QStringLiteral("pwd")};
};

static QString hex(const QByteArray &bytes)
{
    return QStringLiteral("\\x") + QString::fromLatin1(bytes.toHex());
}

void TestSessionOpener::makesTheRowsOfASession()
{
    const RequestContext ctx = context();

    const auto opened = opener().open(ctx, m_roles, m_methods);

    QVERIFY_RESULT(opened);
    const QString organization = QString::fromLatin1(ctx.tenant.organization.text());
    const QString user = QString::fromLatin1(ctx.tenant.user.text());
    const QString session = QString::fromLatin1(opened->id.text());
    const QJsonObject sessionRow{
        {QStringLiteral("tenant_id"), organization},
        {QStringLiteral("id"), session},
        {QStringLiteral("user_id"), user},
        {QStringLiteral("organization_id"), organization},
        {QStringLiteral("auth_methods"), QJsonArray{QStringLiteral("pwd")}},
        {QStringLiteral("auth_time"), QStringLiteral("2027-01-15T08:00:00.400Z")},
        {QStringLiteral("ip"), QStringLiteral("2001:db8::7")},
        {QStringLiteral("user_agent"), QStringLiteral("curl/8")},
        {QStringLiteral("language"), QStringLiteral("de")},
        {QStringLiteral("created_at"), QStringLiteral("2027-01-15T08:00:00.400Z")},
        {QStringLiteral("expires_at"), QStringLiteral("2027-02-14T08:00:00.400Z")},
    };
    QCOMPARE(opened->session, sessionRow);

    const auto facts = m_refreshTokens.read(opened->tokens.refreshToken, sampleNow);
    QVERIFY_RESULT(facts);
    const QJsonObject tokenRow{
        {QStringLiteral("tenant_id"), organization},
        {QStringLiteral("session_id"), session},
        {QStringLiteral("user_id"), user},
        {QStringLiteral("generation"), 1},
        {QStringLiteral("nonce"), hex(facts->nonce)},
        {QStringLiteral("current_hash"), hex(sha256(opened->tokens.refreshToken.reveal()))},
        {QStringLiteral("rotated_at"), QStringLiteral("2027-01-15T08:00:00.400Z")},
        {QStringLiteral("expires_at"), QStringLiteral("2027-01-22T08:00:00.400Z")},
        {QStringLiteral("session_expires_at"), QStringLiteral("2027-02-14T08:00:00.400Z")},
    };
    QCOMPARE(opened->refreshToken, tokenRow);
    QCOMPARE(facts->nonce.size(), 16);
}

void TestSessionOpener::belongsToThePersonWithoutAnOrganization()
{
    RequestContext ctx = context();
    ctx.tenant.organization = {};
    ctx.client.address = QHostAddress();
    ctx.client.languages.clear();

    const auto opened = opener().open(ctx, {}, m_methods);

    QVERIFY_RESULT(opened);
    const QString user = QString::fromLatin1(ctx.tenant.user.text());
    QCOMPARE(opened->session.value(QStringLiteral("tenant_id")).toString(), user);
    QVERIFY(opened->session.value(QStringLiteral("organization_id")).isNull());
    QVERIFY(opened->session.value(QStringLiteral("ip")).isNull());
    QVERIFY(opened->session.value(QStringLiteral("language")).isNull());
    QCOMPARE(opened->refreshToken.value(QStringLiteral("tenant_id")).toString(), user);
}

void TestSessionOpener::givesTokensOfTheSameSession()
{
    const RequestContext ctx = context();

    const auto opened = opener().open(ctx, m_roles, m_methods);

    const auto grant = m_accessTokens.verify(opened->tokens.accessToken.reveal(), sampleNow);
    QVERIFY_RESULT(grant);
    QCOMPARE((*grant)->session, opened->id);
    QCOMPARE((*grant)->user, ctx.tenant.user);
    QCOMPARE((*grant)->organization, ctx.tenant.organization);
    QCOMPARE((*grant)->roles, m_roles);
    QCOMPARE((*grant)->authMethods, m_methods);
    QCOMPARE(m_refreshTokens.read(opened->tokens.refreshToken, sampleNow)->session, opened->id);
    QCOMPARE(opened->tokens.expiresIn, qint64(900));
    QCOMPARE(opened->tokens.refreshExpiresIn, qint64(7 * 24 * 3600));
}

void TestSessionOpener::noTokenOutlivesItsSession()
{
    const SessionOpener brief = opener({.idle = 1h, .absolute = 60s});

    const auto opened = brief.open(context(), m_roles, m_methods);

    QVERIFY_RESULT(opened);
    QCOMPARE(opened->tokens.expiresIn, qint64(60));
    QCOMPARE(opened->tokens.refreshExpiresIn, qint64(60));
    QCOMPARE(claimsIn(opened->tokens.accessToken).value(QStringLiteral("exp")).toInteger(), 1'800'000'060);
    QCOMPARE(claimsIn(opened->tokens.refreshToken).value(QStringLiteral("exp")).toInteger(), 1'800'000'060);
}

void TestSessionOpener::everySessionHasANonceOfItsOwn()
{
    const RequestContext ctx = context();

    const auto first = opener().open(ctx, m_roles, m_methods);
    const auto second = opener().open(ctx, m_roles, m_methods);

    QVERIFY(first->id != second->id);
    QVERIFY(first->refreshToken.value(QStringLiteral("nonce")) != second->refreshToken.value(QStringLiteral("nonce")));
}

void TestSessionOpener::tellsOfItInAnEvent()
{
    const RequestContext ctx = context();
    const auto opened = opener().open(ctx, m_roles, m_methods);

    const EventDraft draft = SessionOpener::createdEvent(ctx, *opened, m_methods);

    QCOMPARE(draft.type, EventType::AuthSessionCreated);
    QCOMPARE(draft.subject, opened->id.uuid());
    QCOMPARE(draft.session, opened->id);
    QCOMPARE(draft.actor, ctx.tenant.user);
    const QJsonObject payload{{QStringLiteral("methods"), QJsonArray{QStringLiteral("pwd")}},
                              {QStringLiteral("expiresAt"), QStringLiteral("2027-02-14T08:00:00.400Z")}};
    QCOMPARE(draft.payload, payload);
}

AEGIS_TEST(TestSessionOpener)
#include "TestSessionOpener.moc"
