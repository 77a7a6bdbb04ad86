#include "tests/integration/Administrators.h"
#include "tests/integration/SecondFactors.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QUrl>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// What administrators do to accounts, over HTTP: who may, what ends with it, and what is left behind.
class TestManagedUsers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void showsAMember();
    void listsAndFilters_data();
    void listsAndFilters();
    void anAccountThatIsNoMemberAnyMoreIsStillManaged();
    void isShownToNobodyElse_data();
    void isShownToNobodyElse();
    void needsThePermission_data();
    void needsThePermission();
    void aRoleThatWasTakenAwayCountsAtOnce();
    void locksAndUnlocks();
    void aLockWithAnEndEndsByItself();
    void hardensALockOfFailedLogins();
    void whatThePlatformDidThePlatformUndoes();
    void whoOwnsAnotherOrganizationCanBeLocked();
    void suspendsAndReactivates();
    void resetsTheSecondFactor();
    void resettingASecondFactorWantsAFreshLogin();
    void forcesANewPassword();
    void changesNobodyElse_data();
    void changesNobodyElse();
    void nobodyActsOnWhoMayMore();
    void theLastOwnerKeepsTheWayIn();
    void ofTwoOwnersOneIsLeft();
    void theLastAdministratorOfThePlatformKeepsTheWayIn();
    void whoHasARoleOfThePlatformIsThePlatforms();
    void aStaleChangeIsRefusedWithThePresentState();
    void isDoneOnceForAKey();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    TestReply act(const SignedUp &actor, const SignedUp &on, const char *what) const
    {
        const bool takesNote = qstrcmp(what, "unlock") != 0 && qstrcmp(what, "reactivate") != 0;
        const QByteArray path = "/admin/users/" + on.userId + '/' + what;
        return takesNote ? as(actor).post(path, textObject({{"note", "Ticket 4711"}})) : as(actor).post(path);
    }
    QByteArray statusOf(const SignedUp &person)
    {
        return m_server->value<QByteArray>("select status from aegis.\"user\" where id = $1::uuid", Text{person.userId});
    }
    qint64 openSessionsOf(const SignedUp &person)
    {
        return m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_at is null", Text{person.userId});
    }
    TestReply login(const SignedUp &person) const
    {
        return m_server->client().post("/auth/login", textObject({{"email", person.email}, {"password", person.password}}));
    }

    std::unique_ptr<TestServer> m_server;
};

void TestManagedUsers::showsAMember()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);

    const TestReply reply = as(ada).get("/admin/users/" + bob.userId);

    QVERIFY_REPLY(reply, 200, "");
    const QJsonObject user = reply.json()[QLatin1String("user")].toObject();
    QCOMPARE(user[QLatin1String("email")].toString().toLatin1(), bob.email);
    QCOMPARE(user[QLatin1String("status")].toString(), QStringLiteral("active"));
    QCOMPARE(user[QLatin1String("mfaEnabled")], QJsonValue(false));
    QCOMPARE(user[QLatin1String("managedBy")].toString().toLatin1(), ada.organizationId);
    QCOMPARE(user[QLatin1String("roles")].toArray(), QJsonArray{QStringLiteral("MEMBER")});
    QVERIFY(!user[QLatin1String("lastLoginAt")].toString().isEmpty());
    QCOMPARE(reply.field("ETag"), '"' + QByteArray::number(user[QLatin1String("version")].toInt()) + '"');
    QVERIFY(!reply.body.contains("password"));
    m_server->logIn(bob); // what a login changes has no tag: the answer is always whole
    QCOMPARE(as(ada).with("If-None-Match", reply.field("ETag")).get("/admin/users/" + bob.userId).status, 200);
    QVERIFY_REPLY(as(platformStaff(*m_server, "PLATFORM_AUDITOR")).get("/admin/users/" + bob.userId), 200, "");
}

void TestManagedUsers::listsAndFilters_data()
{
    QTest::addColumn<QByteArray>("filter");
    QTest::addColumn<QByteArray>("found"); // of ada, the owner, and bob, a member with a second factor who has never logged in
    QTest::newRow("all") << QByteArray("") << QByteArray("ada bob");
    QTest::newRow("email") << QByteArray("email:\"BOB\"") << QByteArray("bob");
    QTest::newRow("name") << QByteArray("name:Ada*") << QByteArray("ada");
    QTest::newRow("a word") << QByteArray("\"ADA\"") << QByteArray("ada");
    QTest::newRow("status") << QByteArray("status:locked") << QByteArray("");
    QTest::newRow("role") << QByteArray("role:MEMBER") << QByteArray("bob");
    QTest::newRow("another role") << QByteArray("role!=MEMBER") << QByteArray("ada");
    QTest::newRow("mfa") << QByteArray("mfa:true") << QByteArray("bob");
    QTest::newRow("emailVerified") << QByteArray("emailVerified:true") << QByteArray("bob");
    QTest::newRow("created") << QByteArray("created>-1h") << QByteArray("ada bob");
    QTest::newRow("lastLogin") << QByteArray("lastLogin:none") << QByteArray("bob");
    QTest::newRow("organization") << QByteArray("organization:ORGANIZATION") << QByteArray("ada bob");
    QTest::newRow("managed") << QByteArray("not managed:true") << QByteArray("");
    QTest::newRow("id") << QByteArray("id:BOBID") << QByteArray("bob");
}

void TestManagedUsers::listsAndFilters()
{
    QFETCH(QByteArray, filter);
    QFETCH(QByteArray, found);
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    m_server->signUp(); // a stranger
    m_server->sql(
        "insert into aegis.mfa_factor (user_id, kind, secret_sealed, created_at, activated_at) values ($1::uuid, 'totp', 'x', now(), now())",
        Text{bob.userId});
    m_server->sql("update aegis.\"user\" set email_verified_at = now() where id = $1::uuid", Text{bob.userId});
    m_server->sql("delete from aegis.user_activity where user_id = $1::uuid", Text{bob.userId});
    m_server->sql("update aegis.user_profile set first_name = 'Ada' where user_id = $1::uuid", Text{ada.userId});
    m_server->sql("update aegis.user_profile set first_name = 'Bob' where user_id = $1::uuid", Text{bob.userId});
    filter.replace("BOBID", bob.userId).replace("BOB", bob.email).replace("ADA", ada.email).replace("ORGANIZATION", ada.organizationId);
    const SignedUp auditor = platformStaff(*m_server, "PLATFORM_AUDITOR");
    const QByteArray theirs = "id:(" + ada.userId + " or " + bob.userId + ')';

    for (const QByteArray sort : {"id", "-email", "lastLogin", "-lastLogin"}) {
        for (const bool everywhere : {false, true}) {
            const QByteArray wanted = everywhere ? theirs + (filter.isEmpty() ? QByteArray() : " and " + filter) : filter;
            const TestReply reply = as(everywhere ? auditor : ada)
                                        .get("/admin/users?count=true&sort=" + sort
                                             + "&filter=" + QUrl::toPercentEncoding(QString::fromUtf8(wanted)));
            QVERIFY_REPLY(reply, 200, "");
            QByteArrayList who;
            for (const QJsonValue user : reply.json()[QLatin1String("users")].toArray())
                who.append(user[QLatin1String("email")].toString().toUtf8() == ada.email ? "ada" : "bob");
            std::sort(who.begin(), who.end());
            QCOMPARE(who.join(' '), found);
            QCOMPARE(reply.json()[QLatin1String("count")][QLatin1String("rows")].toInt(), static_cast<int>(who.size()));
        }
    }
}

void TestManagedUsers::anAccountThatIsNoMemberAnyMoreIsStillManaged()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(as(ada).send("DELETE", "/admin/organizations/" + ada.organizationId + "/members/" + bob.userId), 200, "");

    QVERIFY_REPLY(as(ada).get("/admin/users/" + bob.userId), 200, "");
    QCOMPARE(as(ada).get("/admin/users").json()[QLatin1String("users")].toArray().size(), 2);
    QVERIFY_REPLY(act(ada, bob, "lock"), 200, "");
    QCOMPARE(statusOf(bob), QByteArray("locked"));
}

void TestManagedUsers::isShownToNobodyElse_data()
{
    QTest::addColumn<QByteArray>("who");
    QTest::addColumn<int>("status");
    QTest::newRow("the owner of another organization") << QByteArray("stranger") << 404;
    QTest::newRow("a member without the permission") << QByteArray("member") << 403;
    QTest::newRow("somebody in no organization") << QByteArray("nobody") << 403;
    QTest::newRow("nobody") << QByteArray() << 401;
}

void TestManagedUsers::isShownToNobodyElse()
{
    QFETCH(QByteArray, who);
    QFETCH(int, status);
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const TestClient client = who == "stranger" ? as(m_server->signUp())
        : who == "member"                       ? as(memberOf(*m_server, ada))
        : who == "nobody"                       ? as(m_server->registerPerson())
                                                : m_server->client();

    const TestReply reply = client.get("/admin/users/" + bob.userId);

    QCOMPARE(reply.status, status);
    QVERIFY(!reply.body.contains(bob.email));
    if (status == 404) // as somebody who never was
        QCOMPARE(client.get("/admin/users/" + UserId::make(m_server->now()).text()).json()[QLatin1String("title")],
                 reply.json()[QLatin1String("title")]);
}

void TestManagedUsers::needsThePermission_data()
{
    QTest::addColumn<QByteArray>("role");
    QTest::addColumn<bool>("mayRead");
    QTest::addColumn<bool>("mayLock");
    QTest::newRow("admin") << QByteArray("ADMIN") << true << true;
    QTest::newRow("auditor") << QByteArray("AUDITOR") << true << false;
    QTest::newRow("member") << QByteArray("MEMBER") << false << false;
}

void TestManagedUsers::needsThePermission()
{
    QFETCH(QByteArray, role);
    QFETCH(bool, mayRead);
    QFETCH(bool, mayLock);
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const SignedUp actor = memberOf(*m_server, ada, role);

    QCOMPARE(as(actor).get("/admin/users/" + bob.userId).status, mayRead ? 200 : 403);
    const TestReply locked = act(actor, bob, "lock");

    QVERIFY_REPLY(locked, mayLock ? 200 : 403, mayLock ? "" : "forbidden");
    QCOMPARE(statusOf(bob), QByteArray(mayLock ? "locked" : "active"));
}

void TestManagedUsers::aRoleThatWasTakenAwayCountsAtOnce()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const SignedUp admin = memberOf(*m_server, ada, "ADMIN");
    QVERIFY_REPLY(as(admin).get("/admin/users/" + bob.userId), 200, "");

    m_server->sql("delete from aegis.user_role where user_id = $1::uuid", Text{admin.userId});

    QVERIFY_REPLY(act(admin, bob, "lock"), 403, "forbidden"); // though its token still says ADMIN
    QCOMPARE(statusOf(bob), QByteArray("active"));
}

void TestManagedUsers::locksAndUnlocks()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);

    const TestReply locked = act(ada, bob, "lock");

    QVERIFY_REPLY(locked, 200, "");
    QCOMPARE(locked.json()[QLatin1String("user")][QLatin1String("status")].toString(), QStringLiteral("locked"));
    QVERIFY_REPLY(as(bob).get("/auth/verify"), 401, "invalid_token"); // at once
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", bob.refreshToken}})), 401, "invalid_refresh_token");
    QVERIFY_REPLY(login(bob), 403, "account_unavailable");
    QCOMPARE(openSessionsOf(bob), qint64(0));
    const Row event = m_server
                          ->sql("select actor_id, subject_id, payload ->> 'note', payload ->> 'reason' from aegis.event "
                                "where type = 'UserAccountLocked' and tenant_id = $1::uuid order by id desc limit 1",
                                Text{ada.organizationId})
                          .first();
    QCOMPARE(event.get<UserId>(0).text(), ada.userId);
    QCOMPARE(event.get<UserId>(1).text(), bob.userId);
    QCOMPARE(event.get<QByteArray>(2), QByteArray("Ticket 4711"));
    QCOMPARE(event.get<QByteArray>(3), QByteArray("administrator"));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_by is distinct from $2::uuid",
                                     Text{bob.userId}, Text{ada.userId}),
             qint64(0));

    QVERIFY_REPLY(act(ada, bob, "unlock"), 200, "");

    QCOMPARE(login(bob).status, 200);
    QVERIFY_REPLY(as(bob).get("/auth/verify"), 401, "invalid_token"); // what had ended stays so
    QCOMPARE(m_server->events(ada.organizationId).count("UserAccountUnlocked"), 1);
    const TestReply again = act(ada, bob, "unlock");
    QVERIFY_REPLY(again, 409, "conflict"); // it is not locked any more
    QCOMPARE(again.json()[QLatin1String("current")][QLatin1String("status")].toString(), QStringLiteral("active"));
}

/// LOCKOUT=strict has locked it for minutes; an administrator makes it last.
void TestManagedUsers::hardensALockOfFailedLogins()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    m_server->sql("update aegis.\"user\" set status = 'locked', locked_until = now() + interval '10 minutes' where id = $1::uuid", Text{bob.userId});

    QVERIFY_REPLY(act(ada, bob, "lock"), 200, "");

    m_server->advance(11min);
    QVERIFY(login(bob).status != 200);
    QCOMPARE(statusOf(bob), QByteArray("locked"));
}

/// Else a colleague would let in whom the platform has put out.
void TestManagedUsers::whatThePlatformDidThePlatformUndoes()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const SignedUp root = platformStaff(*m_server);
    QVERIFY_REPLY(act(root, bob, "suspend"), 200, "");

    QVERIFY_REPLY(act(ada, bob, "reactivate"), 403, "forbidden");

    QCOMPARE(statusOf(bob), QByteArray("suspended"));
    QVERIFY_REPLY(act(root, bob, "reactivate"), 200, "");
    QVERIFY_REPLY(act(ada, bob, "suspend"), 200, "");
    QVERIFY_REPLY(act(ada, bob, "reactivate"), 200, "");
}

/// What a person is elsewhere is neither told nor a shelter.
void TestManagedUsers::whoOwnsAnotherOrganizationCanBeLocked()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp(); // the only owner of another one
    m_server->sql("update aegis.\"user\" set managed_by = $1::uuid where id = $2::uuid", Text{ada.organizationId}, Text{bob.userId});

    QVERIFY_REPLY(act(ada, bob, "lock"), 200, "");

    QCOMPARE(statusOf(bob), QByteArray("locked"));
}

void TestManagedUsers::aLockWithAnEndEndsByItself()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const auto until = [&](Instant time) {
        return as(ada).post("/admin/users/" + bob.userId + "/lock", textObject({{"note", "for now"}, {"until", toRfc3339(time)}}));
    };
    const TestReply past = until(m_server->now() - 1s);
    QVERIFY_REPLY(past, 422, "validation_failed");
    QCOMPARE(past.errors(), QByteArrayList{"until:range"});

    QVERIFY_REPLY(until(m_server->now() + 10min), 200, "");

    QVERIFY(login(bob).status != 200);
    m_server->advance(11min);
    QCOMPARE(login(bob).status, 200);
}

void TestManagedUsers::suspendsAndReactivates()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(act(ada, bob, "lock"), 200, "");

    QVERIFY_REPLY(act(ada, bob, "suspend"), 200, "");

    QCOMPARE(statusOf(bob), QByteArray("suspended"));
    QVERIFY_REPLY(act(ada, bob, "unlock"), 409, "conflict");
    const QJsonObject payload = QJsonDocument::fromJson(
                                    m_server->value<QByteArray>(
                                        "select payload::text from aegis.event where type = 'UserSuspended' and subject_id = $1::uuid",
                                        Text{bob.userId}))
                                    .object();
    QCOMPARE(payload[QLatin1String("before")][QLatin1String("status")].toString(), QStringLiteral("locked"));
    QCOMPARE(payload[QLatin1String("after")][QLatin1String("status")].toString(), QStringLiteral("suspended"));
    QVERIFY_REPLY(act(ada, bob, "reactivate"), 200, "");
    QCOMPARE(login(bob).status, 200);
}

void TestManagedUsers::resetsTheSecondFactor()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const Enrolled enrolled = enrol(*m_server, bob);
    m_server->advance(30s);
    const QByteArray half = mfaTokenFor(*m_server, bob);
    QVERIFY_REPLY(act(ada, ada, "mfa-reset"), 409, "mfa_not_enabled");

    const TestReply reset = act(ada, bob, "mfa-reset");

    QVERIFY_REPLY(reset, 200, "");
    QCOMPARE(reset.json()[QLatin1String("user")][QLatin1String("mfaEnabled")], QJsonValue(false));
    QCOMPARE(openSessionsOf(bob), qint64(0));
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, half, enrolled.backupCodes.first()), 401, "invalid_mfa_token");
    QCOMPARE(login(bob).status, 200); // with the password alone
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.backup_code where user_id = $1::uuid", Text{bob.userId}), qint64(0));
    QCOMPARE(MailBox(m_server->dataDirectory()).waitFor(bob.email).size(), std::size_t(1));
    const QByteArray payload = m_server->value<QByteArray>("select payload::text from aegis.event where type = 'MfaReset' and subject_id = $1::uuid",
                                                           Text{bob.userId});
    const QJsonObject before = QJsonDocument::fromJson(payload).object()[QLatin1String("before")].toObject();
    QCOMPARE(before[QLatin1String("method")].toString(), QStringLiteral("totp"));
    QCOMPARE(before[QLatin1String("backupCodes")].toInt(), 10);
}

void TestManagedUsers::resettingASecondFactorWantsAFreshLogin()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    enrol(*m_server, bob);
    m_server->advance(14min);

    const TestReply refused = act(ada, bob, "mfa-reset");

    QVERIFY_REPLY(refused, 403, "reauthentication_required");
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.mfa_factor where user_id = $1::uuid", Text{bob.userId}), qint64(1));
}

void TestManagedUsers::forcesANewPassword()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);

    QVERIFY_REPLY(act(ada, bob, "password-reset"), 200, "");

    QCOMPARE(m_server->events(ada.organizationId).last(2), (QByteArrayList{"UserPasswordResetForced", "RefreshTokenRevoked"}));
    QVERIFY_REPLY(login(bob), 401, "invalid_credentials");
    QCOMPARE(openSessionsOf(bob), qint64(0));
    QCOMPARE(m_server->value<qint64>(
                 "select count(*) from aegis.email_token where user_id = $1::uuid and kind = 'password_reset' and used_at is null", Text{bob.userId}),
             qint64(1));
}

void TestManagedUsers::changesNobodyElse_data()
{
    QTest::addColumn<QByteArray>("what");
    for (const char *what : {"lock", "unlock", "suspend", "reactivate", "password-reset", "mfa-reset"})
        QTest::newRow(what) << QByteArray(what);
}

/// Not a stranger's account, and not that of a member whom another organization manages.
void TestManagedUsers::changesNobodyElse()
{
    QFETCH(QByteArray, what);
    const SignedUp ada = m_server->signUp();
    const SignedUp stranger = m_server->signUp();
    SignedUp guest = memberOf(*m_server, ada);
    m_server->sql("update aegis.\"user\" set managed_by = null where id = $1::uuid", Text{guest.userId});
    if (what == "unlock" || what == "reactivate")
        m_server->sql("update aegis.\"user\" set status = $2 where id in ($1::uuid, $3::uuid)", Text{guest.userId},
                      Text{what == "unlock" ? "locked" : "suspended"}, Text{stranger.userId});
    if (what == "mfa-reset")
        m_server->sql(
            "insert into aegis.mfa_factor (user_id, kind, secret_sealed, created_at, activated_at) values ($1::uuid, 'totp', 'x', now(), now())",
            Text{guest.userId});
    QTRY_COMPARE_WITH_TIMEOUT(m_server->value<qint64>("select count(*) from aegis.mail_outbox"), qint64(0), 10'000); // of the tests before
    const QByteArray before = m_server->rowCounts();
    const QByteArray status = statusOf(guest);

    QVERIFY_REPLY(act(ada, stranger, what.constData()), 404, "not_found");
    QVERIFY_REPLY(act(ada, guest, what.constData()), 403, "forbidden");

    QCOMPARE(m_server->rowCounts(), before);
    QCOMPARE(statusOf(guest), status);
}

void TestManagedUsers::nobodyActsOnWhoMayMore()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp admin = memberOf(*m_server, ada, "ADMIN");
    const SignedUp other = memberOf(*m_server, ada, "ORGANIZATION_OWNER");

    QVERIFY_REPLY(act(admin, other, "lock"), 403, "forbidden");
    QVERIFY_REPLY(act(admin, other, "mfa-reset"), 403, "forbidden");

    QCOMPARE(statusOf(other), QByteArray("active"));
    QVERIFY_REPLY(act(ada, other, "lock"), 200, "");
}

void TestManagedUsers::theLastOwnerKeepsTheWayIn()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp root = platformStaff(*m_server);
    platformStaff(*m_server);

    for (const char *what : {"lock", "suspend"})
        QVERIFY_REPLY(act(root, ada, what), 409, "last_owner");

    QCOMPARE(statusOf(ada), QByteArray("active"));
    QVERIFY_REPLY(as(ada).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(act(root, ada, "password-reset"), 200, ""); // who has stolen the password is out, and the mail is a way in
    QVERIFY_REPLY(as(ada).get("/auth/verify"), 401, "invalid_token");
}

void TestManagedUsers::ofTwoOwnersOneIsLeft()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada, "ORGANIZATION_OWNER");

    const auto replies = together(2, [&](int i) { return act(i == 0 ? ada : bob, i == 0 ? bob : ada, "suspend").status; });

    QCOMPARE(std::count(replies.begin(), replies.end(), 200), 1);
    QVERIFY(statusOf(ada) == "active" || statusOf(bob) == "active");
}

void TestManagedUsers::theLastAdministratorOfThePlatformKeepsTheWayIn()
{
    TestServer server;
    const SignedUp root = platformStaff(server);
    const TestReply refused = server.client().as(root.accessToken).post("/admin/users/" + root.userId + "/suspend", textObject({{"note", "oops"}}));
    QVERIFY_REPLY(refused, 409, "last_administrator");

    const SignedUp second = platformStaff(server);

    QVERIFY_REPLY(server.client().as(second.accessToken).post("/admin/users/" + root.userId + "/suspend", textObject({{"note", "leaves"}})), 200, "");
    QVERIFY_REPLY(server.client().as(root.accessToken).get("/admin/users/" + root.userId), 401, "invalid_token");
}

void TestManagedUsers::whoHasARoleOfThePlatformIsThePlatforms()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    m_server->sql("insert into aegis.platform_role (user_id, role, created_at) values ($1::uuid, 'PLATFORM_AUDITOR', now())", Text{bob.userId});

    QVERIFY_REPLY(act(ada, bob, "lock"), 403, "forbidden");

    QCOMPARE(statusOf(bob), QByteArray("active"));
    QVERIFY_REPLY(act(platformStaff(*m_server), bob, "lock"), 200, "");
}

void TestManagedUsers::aStaleChangeIsRefusedWithThePresentState()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const QByteArray tag = as(ada).get("/admin/users/" + bob.userId).field("ETag");
    QVERIFY_REPLY(act(ada, bob, "lock"), 200, "");

    const TestReply stale = as(ada).with("If-Match", tag).post("/admin/users/" + bob.userId + "/suspend", textObject({{"note", "late"}}));

    QVERIFY_REPLY(stale, 412, "precondition_failed");
    QCOMPARE(stale.json()[QLatin1String("current")][QLatin1String("status")].toString(), QStringLiteral("locked"));
    QCOMPARE(statusOf(bob), QByteArray("locked"));
    const QByteArray fresh = as(ada).get("/admin/users/" + bob.userId).field("ETag");
    QVERIFY_REPLY(as(ada).with("If-Match", fresh).post("/admin/users/" + bob.userId + "/suspend", textObject({{"note", "now"}})), 200, "");
}

void TestManagedUsers::isDoneOnceForAKey()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const TestClient client = as(ada).with("Idempotency-Key", "lock-bob-4711-0815");
    const QByteArray path = "/admin/users/" + bob.userId + "/lock";

    const auto replies = together(4, [&](int) { return client.post(path, textObject({{"note", "once"}})); });

    for (const TestReply &reply : replies)
        QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.field("Idempotency-Replayed") == "true"; }), 3);
    QCOMPARE(replies.front().body, replies.back().body);
    QCOMPARE(replies.front().field("ETag"), replies.back().field("ETag"));
    QCOMPARE(m_server->events(ada.organizationId).count("UserAccountLocked"), 1);
    QVERIFY_REPLY(client.post(path, textObject({{"note", "another request"}})), 409, "idempotency_key_reused");
    // A platform administrator's key is kept in another tenant than the account's.
    const TestClient root = as(platformStaff(*m_server)).with("Idempotency-Key", "unlock-bob-4711-0815");
    QVERIFY_REPLY(root.post("/admin/users/" + bob.userId + "/unlock"), 200, "");
    QCOMPARE(root.post("/admin/users/" + bob.userId + "/unlock").field("Idempotency-Replayed"), QByteArray("true"));
}

AEGIS_TEST(TestManagedUsers)
#include "TestManagedUsers.moc"
