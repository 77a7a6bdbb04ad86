#include "tests/integration/Administrators.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

#include <algorithm>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Who is invited into an organization, by whom, and what becomes of it.
class TestInvitations : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"INVITATIONS_PER_DAY", "5"}, {"INVITATIONS_PER_ADDRESS", "3"}}); }
    void cleanupTestCase() { m_server.reset(); }
    void somebodyNewJoins();
    void somebodyWithAnAccountJoins();
    void theTokenIsForItsAddress();
    void theTokenWorksOnceForManyAtTheSameMoment();
    void ofManyNewAccountsAtTheSameMomentOneIsMade();
    void endsAfterThreeDays();
    void isSentAgainWithAnotherToken();
    void isTakenBack();
    void thereIsOneForAnAddress();
    void nobodyInvitesToMoreThanTheyMay();
    void anotherOrganizationSeesNothing();
    void aSuspendedOrganizationTakesNobody();
    void aRoleThatWentIsLeftOut();
    void strangersAreNotFlooded();
    void nobodyIsFloodedByMany();
    void endsWithWhatItsSenderMay();
    void aRepeatedCallInvitesOnce();
    void theMailHasNothingThatWasTyped();
    void whoAdministersThePlatformMakesOrganizations();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    static QByteArray pathOf(const SignedUp &owner, const QByteArray &more = {})
    {
        return "/admin/organizations/" + owner.organizationId + "/invitations" + more;
    }
    static QJsonObject invitation(const QByteArray &email, const QJsonArray &roles = {QStringLiteral("MEMBER")})
    {
        return {{QStringLiteral("email"), QString::fromUtf8(email)}, {QStringLiteral("roles"), roles}};
    }
    TestReply invite(const SignedUp &actor, const SignedUp &owner, const QByteArray &email,
                     const QJsonArray &roles = {QStringLiteral("MEMBER")}) const
    {
        return as(actor).post(pathOf(owner), invitation(email, roles));
    }
    QByteArray newAddress() { return "guest" + QByteArray::number(++m_guests) + "@example.org"; }
    QByteArray tokenOf(const QByteArray &email, std::size_t count = 1) const
    {
        const auto mails = MailBox(m_server->dataDirectory()).waitFor(email, count);
        return mails.size() == count ? mails.back().token() : QByteArray();
    }
    TestReply accept(const QByteArray &token) const
    {
        return m_server->client().post("/auth/invitations/accept",
                                       textObject({{"token", token}, {"password", "Quiet-Harbour-81-Lantern"}, {"firstName", "Grace"}}));
    }
    QByteArray rolesOf(const SignedUp &owner, const QByteArray &userId)
    {
        return m_server->value<QByteArray>(R"(
            select coalesce(string_agg(r.name, ',' order by r.name), '') from aegis.user_role m
            join aegis.organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
            where m.organization_id = $1::uuid and m.user_id = $2::uuid)",
                                           Text{owner.organizationId}, Text{userId});
    }
    static QString idOf(const TestReply &reply) { return reply.json()[QLatin1String("invitation")][QLatin1String("id")].toString(); }
    static QString statusOf(const TestReply &reply) { return reply.json()[QLatin1String("invitation")][QLatin1String("status")].toString(); }

    std::unique_ptr<TestServer> m_server;
    int m_guests = 0;
};

void TestInvitations::somebodyNewJoins()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray grace = newAddress();

    const TestReply invited = invite(ada, ada, grace.toUpper(), {QStringLiteral("ADMIN"), QStringLiteral("MEMBER")});
    QVERIFY_REPLY(invited, 201, "");
    QCOMPARE(statusOf(invited), QStringLiteral("pending"));
    const QByteArray token = tokenOf(grace);
    const TestReply seen = m_server->client().post("/auth/invitations/lookup", textObject({{"token", token}}));
    QVERIFY_REPLY(seen, 200, "");
    QCOMPARE(seen.text(QLatin1String("organizationSlug")), ada.slug);
    QCOMPARE(seen.text(QLatin1String("email")), grace);
    QCOMPARE(seen.json()[QLatin1String("hasAccount")].toBool(true), false);

    const TestReply accepted = accept(token);

    QVERIFY_REPLY(accepted, 201, "");
    QCOMPARE(accepted.json()[QLatin1String("organization")][QLatin1String("id")].toString().toLatin1(), ada.organizationId);
    QVERIFY(accepted.json()[QLatin1String("user")][QLatin1String("emailVerified")].toBool());
    const SignedUp person = signedUpBy(accepted, "Quiet-Harbour-81-Lantern");
    QCOMPARE(rolesOf(ada, person.userId), QByteArray("ADMIN,MEMBER"));
    QVERIFY_REPLY(as(person).get("/admin/users"), 200, "");
    QCOMPARE(m_server->value<QByteArray>("select managed_by::text from aegis.\"user\" where id = $1::uuid", Text{person.userId}), ada.organizationId);
    QVERIFY(m_server->value<bool>("select email_verified_at is not null from aegis.\"user\" where id = $1::uuid", Text{person.userId}));
    QCOMPARE(as(ada).get(pathOf(ada)).json()[QLatin1String("invitations")][0][QLatin1String("status")].toString(), QStringLiteral("accepted"));
    const QByteArrayList events = m_server->events(ada.organizationId);
    QVERIFY(events.contains("InvitationSent"));
    QVERIFY(events.contains("InvitationAccepted"));
    QCOMPARE(events.count("UserRoleCreated"), 3); // hers as the owner, and two
    QVERIFY_REPLY(accept(token), 400, "invalid_mail_token");
    QVERIFY_REPLY(m_server->client().post("/auth/invitations/lookup", textObject({{"token", token}})), 400, "invalid_mail_token");
}

void TestInvitations::somebodyWithAnAccountJoins()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    QVERIFY_REPLY(invite(ada, ada, bob.email), 201, "");
    const QByteArray token = tokenOf(bob.email);
    QVERIFY_REPLY(accept(token), 409, "email_taken");

    const TestReply joined = as(bob).post("/auth/invitations/join", textObject({{"token", token}}));

    QVERIFY_REPLY(joined, 200, "");
    QCOMPARE(joined.json()[QLatin1String("roles")].toArray(), QJsonArray{QStringLiteral("MEMBER")});
    QCOMPARE(rolesOf(ada, bob.userId), QByteArray("MEMBER"));
    QCOMPARE(m_server->value<QByteArray>("select managed_by::text from aegis.\"user\" where id = $1::uuid", Text{bob.userId}), bob.organizationId);
    const QJsonArray memberships = as(bob).get("/auth/organizations").json()[QLatin1String("memberships")].toArray();
    QCOMPARE(memberships.size(), 2);
    QCOMPARE(memberships[0][QLatin1String("organization")][QLatin1String("slug")].toString().toLatin1(), bob.slug);
    QVERIFY(memberships[0][QLatin1String("current")].toBool());
    QVERIFY(!memberships[1][QLatin1String("current")].toBool(true));
}

void TestInvitations::theTokenIsForItsAddress()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp mallory = m_server->signUp();
    const QByteArray grace = newAddress();
    QVERIFY_REPLY(invite(ada, ada, grace), 201, "");
    const QByteArray token = tokenOf(grace);

    QVERIFY_REPLY(as(mallory).post("/auth/invitations/join", textObject({{"token", token}})), 400, "invalid_mail_token");
    QByteArray elsewhere = token;
    elsewhere[0] = elsewhere[0] == 'A' ? 'B' : 'A'; // another organization's, by its id
    QVERIFY_REPLY(accept(elsewhere), 400, "invalid_mail_token");
    QVERIFY_REPLY(as(ada).post("/auth/invitations/join", textObject({{"token", token}})), 400, "invalid_mail_token");
    QVERIFY_REPLY(accept("x"), 400, "invalid_mail_token");

    QCOMPARE(rolesOf(ada, mallory.userId), QByteArray());
    QVERIFY_REPLY(accept(token), 201, "");
}

void TestInvitations::theTokenWorksOnceForManyAtTheSameMoment()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->registerPerson();
    QVERIFY_REPLY(invite(ada, ada, bob.email), 201, "");
    const QByteArray token = tokenOf(bob.email);

    const auto replies = together(8, [&](int) { return as(bob).post("/auth/invitations/join", textObject({{"token", token}})); });

    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.status == 200; }), 1);
    QCOMPARE(m_server->events(ada.organizationId).count("InvitationAccepted"), 1);
}

void TestInvitations::ofManyNewAccountsAtTheSameMomentOneIsMade()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray grace = newAddress();
    QVERIFY_REPLY(invite(ada, ada, grace), 201, "");
    const QByteArray token = tokenOf(grace);

    const auto replies = together(4, [&](int) { return accept(token); });

    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.status == 201; }), 1);
    for (const TestReply &reply : replies)
        QVERIFY2(reply.status == 201 || reply.code() == "email_taken" || reply.code() == "invalid_mail_token", reply.described().constData());
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.\"user\" where email = $1", Text{grace}), 1);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.user_role where organization_id = $1::uuid", Text{ada.organizationId}), 2);
}

void TestInvitations::endsAfterThreeDays()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray grace = newAddress();
    QVERIFY_REPLY(invite(ada, ada, grace), 201, "");
    const QByteArray token = tokenOf(grace);

    m_server->advance(72h + 1s);

    QVERIFY_REPLY(accept(token), 400, "invalid_mail_token");
    const SignedUp again = m_server->logIn(ada);
    QCOMPARE(as(again).get(pathOf(ada)).json()[QLatin1String("invitations")][0][QLatin1String("status")].toString(), QStringLiteral("expired"));
    QVERIFY_REPLY(invite(again, ada, grace), 201, "");
    QVERIFY_REPLY(accept(tokenOf(grace, 2)), 201, "");
}

void TestInvitations::isSentAgainWithAnotherToken()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray grace = newAddress();
    const TestReply invited = invite(ada, ada, grace);
    const QByteArray first = tokenOf(grace);
    const QByteArray resend = pathOf(ada, "/" + idOf(invited).toLatin1() + "/resend");
    QVERIFY_REPLY(as(ada).post(resend), 429, "rate_limited");

    m_server->advance(61s);
    QVERIFY_REPLY(as(ada).post(resend), 200, "");

    const QByteArray second = tokenOf(grace, 2);
    QVERIFY(second != first);
    QVERIFY_REPLY(accept(first), 400, "invalid_mail_token");
    QVERIFY_REPLY(accept(second), 201, "");
    QVERIFY_REPLY(as(ada).post(resend), 404, "not_found");
}

void TestInvitations::isTakenBack()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray grace = newAddress();
    const TestReply invited = invite(ada, ada, grace);
    const QByteArray token = tokenOf(grace);
    const QByteArray path = pathOf(ada, "/" + idOf(invited).toLatin1());

    const TestReply revoked = as(ada).send("DELETE", path);

    QVERIFY_REPLY(revoked, 200, "");
    QCOMPARE(statusOf(revoked), QStringLiteral("revoked"));
    QVERIFY_REPLY(accept(token), 400, "invalid_mail_token");
    QVERIFY_REPLY(as(ada).send("DELETE", path), 404, "not_found");
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.\"user\" where email = $1", Text{grace}), 0);
}

void TestInvitations::thereIsOneForAnAddress()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp member = memberOf(*m_server, ada);
    const QByteArray grace = newAddress();
    QVERIFY_REPLY(invite(ada, ada, grace), 201, "");

    QVERIFY_REPLY(invite(ada, ada, grace.toUpper()), 409, "conflict");
    QVERIFY_REPLY(invite(ada, ada, member.email), 409, "conflict");

    QCOMPARE(as(ada).get(pathOf(ada)).json()[QLatin1String("invitations")].toArray().size(), 1);
    QCOMPARE(m_server->events(ada.organizationId).count("InvitationSent"), 1);
}

void TestInvitations::nobodyInvitesToMoreThanTheyMay()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp admin = memberOf(*m_server, ada, "ADMIN");
    const SignedUp auditor = memberOf(*m_server, ada, "AUDITOR");
    const QByteArray grace = newAddress();

    QVERIFY_REPLY(invite(admin, ada, grace, {QStringLiteral("ORGANIZATION_OWNER")}), 403, "forbidden");
    QVERIFY_REPLY(invite(auditor, ada, grace), 403, "forbidden");
    QVERIFY_REPLY(invite(admin, ada, grace, {QStringLiteral("NO_SUCH_ROLE")}), 404, "not_found");
    QVERIFY_REPLY(invite(admin, ada, grace, {}), 422, "validation_failed");
    QVERIFY_REPLY(invite(admin, ada, "nobody", {QStringLiteral("MEMBER")}), 422, "validation_failed");

    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.invitation where email = $1", Text{grace}), 0);
    QVERIFY_REPLY(as(auditor).get(pathOf(ada)), 200, "");
    QVERIFY_REPLY(invite(admin, ada, grace, {QStringLiteral("ADMIN")}), 201, "");
}

void TestInvitations::anotherOrganizationSeesNothing()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    const QByteArray grace = newAddress();
    const TestReply invited = invite(ada, ada, grace);
    const QByteArray id = "/" + idOf(invited).toLatin1();

    QVERIFY_REPLY(as(bob).get(pathOf(ada)), 404, "not_found");
    QVERIFY_REPLY(invite(bob, ada, newAddress()), 404, "not_found");
    QVERIFY_REPLY(as(bob).send("DELETE", pathOf(ada, id)), 404, "not_found");
    QVERIFY_REPLY(as(bob).send("DELETE", pathOf(bob, id)), 404, "not_found");
    QVERIFY_REPLY(as(bob).post(pathOf(bob, id + "/resend")), 404, "not_found");

    QCOMPARE(as(bob).get(pathOf(bob)).json()[QLatin1String("invitations")].toArray().size(), 0);
    QVERIFY_REPLY(accept(tokenOf(grace)), 201, "");
}

void TestInvitations::aSuspendedOrganizationTakesNobody()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp root = platformStaff(*m_server);
    const QByteArray grace = newAddress();
    QVERIFY_REPLY(invite(ada, ada, grace), 201, "");
    const QByteArray token = tokenOf(grace);
    QVERIFY_REPLY(as(root).post("/admin/organizations/" + ada.organizationId + "/suspend", textObject({{"note", "unpaid"}})), 200, "");

    QVERIFY_REPLY(accept(token), 400, "invalid_mail_token");
    QVERIFY_REPLY(invite(root, ada, newAddress()), 409, "conflict");

    QVERIFY_REPLY(as(root).post("/admin/organizations/" + ada.organizationId + "/reactivate"), 200, "");
    QVERIFY_REPLY(accept(token), 201, "");
}

void TestInvitations::aRoleThatWentIsLeftOut()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray grace = newAddress();
    const QByteArray role = "/admin/organizations/" + ada.organizationId + "/roles/SUPPORT";
    QVERIFY_REPLY(as(ada).send("PUT", role, R"({"permissions":["session.read"]})"), 200, "");
    QVERIFY_REPLY(invite(ada, ada, grace, {QStringLiteral("SUPPORT")}), 201, "");
    QVERIFY_REPLY(as(ada).send("DELETE", role), 409, "conflict"); // somebody is invited to it
    m_server->sql("delete from aegis.organization_role where organization_id = $1::uuid and name = 'SUPPORT'", Text{ada.organizationId});

    const TestReply accepted = accept(tokenOf(grace));

    QVERIFY_REPLY(accepted, 201, "");
    QCOMPARE(rolesOf(ada, signedUpBy(accepted, "").userId), QByteArray("MEMBER"));
}

void TestInvitations::strangersAreNotFlooded()
{
    const SignedUp ada = m_server->signUp();
    for (int i = 0; i < 5; ++i)
        QVERIFY_REPLY(invite(ada, ada, newAddress()), 201, "");

    const TestReply refused = invite(ada, ada, newAddress());

    QVERIFY_REPLY(refused, 429, "rate_limited");
    QVERIFY(!refused.field("Retry-After").isEmpty());
    QCOMPARE(m_server->events(ada.organizationId).count("InvitationSent"), 5);
    m_server->advance(25h);
    QVERIFY_REPLY(invite(m_server->logIn(ada), ada, newAddress()), 201, "");
}

void TestInvitations::nobodyIsFloodedByMany()
{
    const QByteArray grace = newAddress();
    for (int i = 0; i < 3; ++i) {
        const SignedUp owner = m_server->signUp();
        QVERIFY_REPLY(invite(owner, owner, grace), 201, "");
    }
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(invite(ada, ada, grace), 429, "rate_limited");

    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.invitation where email = $1", Text{grace}), 3);
}

void TestInvitations::endsWithWhatItsSenderMay()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp admin = memberOf(*m_server, ada, "ADMIN");
    const SignedUp suspended = memberOf(*m_server, ada, "ADMIN");
    const QByteArray second = newAddress(), third = newAddress();
    QVERIFY_REPLY(invite(admin, ada, second, {QStringLiteral("ADMIN")}), 201, "");
    QVERIFY_REPLY(invite(suspended, ada, third, {QStringLiteral("ADMIN")}), 201, "");
    const QByteArray ofRemoved = tokenOf(second), ofSuspended = tokenOf(third);

    QVERIFY_REPLY(as(ada).send("DELETE", "/admin/organizations/" + ada.organizationId + "/members/" + admin.userId), 200, "");
    QVERIFY_REPLY(as(ada).post("/admin/users/" + suspended.userId + "/suspend", textObject({{"note", "stolen"}})), 200, "");

    QVERIFY_REPLY(accept(ofRemoved), 400, "invalid_mail_token");
    QVERIFY_REPLY(accept(ofSuspended), 400, "invalid_mail_token");
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.user_role where organization_id = $1::uuid", Text{ada.organizationId}), 2);
}

void TestInvitations::aRepeatedCallInvitesOnce()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray grace = newAddress();
    const auto once = [&] { return as(ada).with("Idempotency-Key", "invite-grace-once").post(pathOf(ada), invitation(grace)); };

    const TestReply first = once(), second = once();

    QVERIFY_REPLY(first, 201, "");
    QVERIFY_REPLY(second, 201, "");
    QCOMPARE(idOf(second), idOf(first));
    QCOMPARE(m_server->events(ada.organizationId).count("InvitationSent"), 1);
}

void TestInvitations::theMailHasNothingThatWasTyped()
{
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(as(ada).send("PATCH", "/admin/organizations/" + ada.organizationId, R"({"name":"Win money at evil.example"})"), 200, "");
    const QByteArray grace = newAddress();
    QVERIFY_REPLY(invite(ada, ada, grace), 201, "");

    const auto mails = MailBox(m_server->dataDirectory()).waitFor(grace);

    QCOMPARE(mails.size(), std::size_t(1));
    QVERIFY(!mails.front().plain.contains(QStringLiteral("evil.example")));
    QVERIFY(!mails.front().raw.contains("evil.example") && !mails.front().html.contains(QStringLiteral("evil.example")));
    QVERIFY(mails.front().plain.contains(QString::fromLatin1(ada.slug)));
    const QByteArray token = mails.front().token();
    QVERIFY(!token.isEmpty());
    QCOMPARE(
        m_server->value<qint64>("select count(*) from aegis.event where payload::text like '%' || $1 || '%' or payload::text like '%' || $2 || '%'",
                                Text{token}, Text{grace}),
        0);
}

void TestInvitations::whoAdministersThePlatformMakesOrganizations()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp root = platformStaff(*m_server);
    const QByteArray grace = newAddress();
    const QJsonObject request = textObject({{"name", "Analytical Engines"}, {"slug", "engines-of-grace"}, {"ownerEmail", grace}});
    QVERIFY_REPLY(as(ada).post("/admin/organizations", request), 403, "forbidden");
    QVERIFY_REPLY(as(root).post("/admin/organizations", textObject({{"name", "x"}, {"slug", ada.slug}, {"ownerEmail", grace}})), 409, "slug_taken");
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.invitation where email = $1", Text{grace}), 0);

    const TestReply made = as(root).post("/admin/organizations", request);

    QVERIFY_REPLY(made, 201, "");
    QCOMPARE(made.json()[QLatin1String("organization")][QLatin1String("members")].toInt(-1), 0);
    const TestReply accepted = accept(tokenOf(grace));
    QVERIFY_REPLY(accepted, 201, "");
    const SignedUp owner = signedUpBy(accepted, "");
    QCOMPARE(owner.organizationId, made.json()[QLatin1String("organization")][QLatin1String("id")].toString().toLatin1());
    QCOMPARE(rolesOf(owner, owner.userId), QByteArray("ORGANIZATION_OWNER"));
    QVERIFY_REPLY(as(owner).send("PATCH", "/admin/organizations/" + owner.organizationId, R"({"name":"Of Grace"})"), 200, "");
}

AEGIS_TEST(TestInvitations)
#include "TestInvitations.moc"
