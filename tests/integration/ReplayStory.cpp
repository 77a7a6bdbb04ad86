#include "tests/integration/ReplayStory.h"

#include "server/admin/PlatformStaff.h"
#include "server/jobs/Housekeeping.h"
#include "server/passwords/PasswordHasher.h"
#include "server/users/UserImport.h"
#include "tests/integration/SecondFactors.h"
#include "tests/integration/VerificationMails.h"

#include <QtCore/QBuffer>

namespace aegis::test {
namespace {

using namespace std::chrono_literals;

const QByteArray thePassword = "Correct-Horse-42-Staple";
const QJsonObject note = textObject({{"note", "because"}});

template <class T> T must(Result<T> result)
{
    if (!result)
        qFatal("%s: %s", qPrintable(result.problem().detail), qPrintable(result.problem().internal));
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

} // namespace

TestReply mustBe(int status, const TestReply &reply)
{
    if (reply.status != status)
        qFatal("wanted %d: %s", status, reply.described().constData());
    return reply;
}

ReplayStory::ReplayStory(TestServer &server) : m_server(server), m_operators(server.database().serving) {}

Environment ReplayStory::settings()
{
    return {{"LOCKOUT", "strict"}, {"ACCOUNT_FAILURES", "5"}, {"EMAIL_VERIFICATION", "required"}};
}

void ReplayStory::tell()
{
    lockAndUnlock();
    const SignedUp root = platformAdministrator("root@story.example");
    m_server.signUp(); // and the address is never verified
    endSessions();
    secondFactor(root);
    newPasswords();
    measures(root);
    organization(root);
    members(root);
    m_server.advance(8 * 24h); // who is still logged in is not any more, and who has not verified the address is gone
    keepHouse();
    platformAdministrator("late@story.example", QStringLiteral("PLATFORM_AUDITOR"));
}

SignedUp ReplayStory::platformAdministrator(const QByteArray &email, const QString &role)
{
    PlatformStaff staff(m_operators);
    const Secret token = must(staff.create(*EmailAddress::parse(QString::fromUtf8(email)), role, m_server.now()));
    mustBe(204, m_server.client().post("/auth/password/reset", textObject({{"token", token.reveal().toByteArray()}, {"newPassword", thePassword}})));
    SignedUp person;
    person.email = email;
    person.password = thePassword;
    return m_server.logIn(person);
}

SignedUp ReplayStory::owner()
{
    const SignedUp person = m_server.signUp();
    mustBe(204, verify(m_server, tokenOf(m_server, person)));
    return m_server.logIn(person);
}

SignedUp ReplayStory::imported(const QByteArray &email, const SignedUp &owner, const QByteArray &role, bool verified)
{
    const QByteArray hash = *hashPassword(Secret(thePassword),
                                          {.algorithm = PasswordAlgorithm::Argon2id, .argon2 = {.memoryKib = 8192, .passes = 2, .lanes = 1}});
    QByteArray content = R"({"email":")" + email + R"(","passwordHash":")" + hash + R"(","emailVerified":)" + (verified ? "true" : "false")
        + R"(,"organizationSlug":")" + owner.slug + R"(","role":")" + role + "\"}\n";
    QBuffer file(&content);
    file.open(QIODevice::ReadOnly);
    UserImport run(
        m_operators,
        {.batch = 3, .clock = [this] { return m_server.now(); }, .onBadLine = [](qint64, const QString &what) { qFatal("%s", qPrintable(what)); }});
    must(run.run(file));
    if (run.counts().imported != 1)
        qFatal("nobody was imported");
    SignedUp person;
    person.email = email;
    person.password = thePassword;
    return m_server.logIn(person);
}

void ReplayStory::keepHouse()
{
    HouseRules rules;
    rules.unverifiedRetention = 7 * 24h;
    must(aegis::keepHouse(m_operators, m_server.now(), rules));
}

/// By failures, and by time.
void ReplayStory::lockAndUnlock()
{
    const SignedUp person = m_server.registerPerson();
    const QJsonObject guess = textObject({{"email", person.email}, {"password", "Wrong-Password-1"}});
    for (int i = 0; i < 5; ++i)
        mustBe(401, m_server.client().post("/auth/login", guess));
    m_server.advance(15min);
    m_server.logIn(person);
    const SignedUp locked = m_server.registerPerson(); // and stays so
    for (int i = 0; i < 5; ++i)
        mustBe(401, m_server.client().post("/auth/login", textObject({{"email", locked.email}, {"password", "Wrong-Password-1"}})));
}

/// Each in the way that its person ends one.
void ReplayStory::endSessions()
{
    const SignedUp ada = owner();
    mustBe(204, as(m_server.logIn(ada)).post("/auth/logout"));
    const SignedUp other = m_server.logIn(ada);
    mustBe(204, as(ada).send("DELETE", "/auth/sessions/" + other.sessionId));
    const SignedUp both = m_server.logIn(ada);
    mustBe(204, as(m_server.logIn(ada)).post("/auth/logout", textObject({{"refreshToken", both.refreshToken}})));
    const SignedUp copied = m_server.logIn(ada);
    const QJsonObject refresh = textObject({{"refreshToken", copied.refreshToken}});
    mustBe(200, m_server.client().post("/auth/refresh", refresh));
    m_server.advance(1min);
    mustBe(401, m_server.client().post("/auth/refresh", refresh));
    mustBe(204, as(m_server.logIn(ada)).post("/auth/logout", {{QStringLiteral("allDevices"), true}}));
    m_server.logIn(ada); // after that
}

void ReplayStory::secondFactor(const SignedUp &root)
{
    const SignedUp ada = owner();
    const SignedUp elsewhere = m_server.logIn(ada);
    const Enrolled enrolled = enrol(m_server, ada); // which ends the one elsewhere
    mustBe(401, as(elsewhere).get("/auth/me"));
    mustBe(200, as(ada).get("/auth/me"));
    mustBe(200, challengeWithBackupCode(m_server, mfaTokenFor(m_server, ada), enrolled.backupCodes[0]));
    mustBe(200, as(m_server.logIn(root)).post("/admin/users/" + ada.userId + "/mfa-reset", note));
    m_server.logIn(ada);
}

void ReplayStory::newPasswords()
{
    const QByteArray second = "Quiet-Harbour-81-Lantern", third = "Another-Pier-55-Copper";
    SignedUp ada = owner();
    m_server.logIn(ada);
    mustBe(204, as(ada).post("/auth/password/change", textObject({{"currentPassword", ada.password}, {"newPassword", second}})));
    mustBe(200, as(ada).get("/auth/me"));
    mustBe(202, m_server.client().post("/auth/password/forgot", textObject({{"email", ada.email}})));
    const auto mails = MailBox(m_server.dataDirectory()).waitFor(ada.email, 3); // verify, changed, reset
    mustBe(204, m_server.client().post("/auth/password/reset", textObject({{"token", mails.back().token()}, {"newPassword", third}})));
    ada.password = third;
    m_server.logIn(ada);
}

/// What an administrator does to an account.
void ReplayStory::measures(const SignedUp &root)
{
    const SignedUp ada = owner();
    const SignedUp bob = imported("bob@story.example", ada, "ORGANIZATION_OWNER");
    const QByteArray account = "/admin/users/" + bob.userId;
    mustBe(200, as(root).post(account + "/lock", note));
    mustBe(200, as(root).post(account + "/unlock"));
    m_server.logIn(bob);
    mustBe(200, as(root).post(account + "/suspend", note));
    mustBe(200, as(root).post(account + "/reactivate"));
    m_server.logIn(bob);
    mustBe(200, as(root).post(account + "/password-reset", note));
    QJsonObject until = note;
    until.insert(QStringLiteral("until"), QString::fromLatin1(toRfc3339(m_server.now() + 1h)));
    mustBe(200, as(root).post(account + "/lock", until)); // and stays so, until a job unlocks it

    const SignedUp one = m_server.logIn(ada);
    mustBe(200, as(root).send("DELETE", "/admin/sessions/" + one.sessionId));
    m_server.logIn(ada);
    QJsonObject all = textObject({{"filter", "user:" + ada.userId}});
    all.insert(QStringLiteral("dryRun"), true);
    const TestReply plan = mustBe(200, as(root).post("/admin/sessions/revocations", all));
    all = textObject({{"filter", "user:" + ada.userId}, {"plan", plan.text(QLatin1String("plan"))}});
    mustBe(200, as(root).post("/admin/sessions/revocations", all));
}

void ReplayStory::organization(const SignedUp &root)
{
    const SignedUp ada = owner();
    const QByteArray path = "/admin/organizations/" + ada.organizationId;
    mustBe(200, as(ada).send("PATCH", path, R"({"name":"Another Name","slug":"another-slug"})"));
    const TestClient administrator = as(m_server.logIn(root)); // lately
    mustBe(200, administrator.post(path + "/suspend", note));
    mustBe(200, administrator.post(path + "/reactivate"));
    mustBe(200, administrator.post(path + "/suspend", note));
    mustBe(200, administrator.post(path + "/delete", note));
    mustBe(200, administrator.post(path + "/restore")); // to what it was: suspended
    const SignedUp cyd = owner();
    mustBe(200, administrator.post("/admin/organizations/" + cyd.organizationId + "/delete", note)); // and stays so
}

void ReplayStory::members(const SignedUp &root)
{
    const SignedUp ada = owner();
    const SignedUp bob = imported("second@story.example", ada, "ORGANIZATION_OWNER", false);
    const QByteArray path = "/admin/organizations/" + ada.organizationId + "/members/" + bob.userId;
    mustBe(200, as(ada).send("PUT", path + "/roles/ADMIN"));
    mustBe(200, as(ada).send("PUT", path + "/roles/MEMBER"));
    mustBe(200, as(ada).send("DELETE", path + "/roles/ADMIN"));
    mustBe(200, as(ada).send("PUT", path + "/roles/ADMIN")); // again
    mustBe(200, as(ada).send("DELETE", path + "/roles/ORGANIZATION_OWNER"));
    const SignedUp gone = imported("gone@story.example", ada, "MEMBER");
    mustBe(200, as(ada).send("DELETE", "/admin/organizations/" + ada.organizationId + "/members/" + gone.userId));
    const SignedUp left = imported("left@story.example", ada, "MEMBER");
    mustBe(200, as(ada).send("DELETE", "/admin/organizations/" + ada.organizationId + "/members/" + left.userId + "/roles/MEMBER"));

    PlatformStaff staff(m_operators);
    const auto email = *EmailAddress::parse(QString::fromUtf8(bob.email));
    const QString auditor = QStringLiteral("PLATFORM_AUDITOR");
    must(staff.grant(email, auditor, PlatformStaff::Unverified::Allowed, m_server.now()));
    must(staff.revoke(email, auditor, m_server.now()));
    must(staff.grant(email, auditor, PlatformStaff::Unverified::Allowed, m_server.now()));
    mustBe(200, as(root).get("/admin/users/" + bob.userId));
}

} // namespace aegis::test
