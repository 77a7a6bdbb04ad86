#include "server/auth/RegistrationRows.h"
#include "server/events/EventCatalogue.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

using namespace aegis;

class TestRegistrationRows : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aSignupFillsEveryTable();
    void aRegistrationHasNoOrganization();
    void theEventsTellOfEachRow();
    void theClientIsToldTheSame();

private:
    RequestContext context(const RegistrationIds &ids) const
    {
        RequestContext context = RequestContext::forSystem(m_now);
        context.tenant = {.organization = ids.organization, .user = ids.user};
        return context;
    }
    OpenedSession session() const
    {
        OpenedSession opened;
        opened.id = SessionId::make(m_now);
        opened.expiresAt = m_now + std::chrono::hours(1);
        opened.session = {{QStringLiteral("id"), QStringLiteral("session")}};
        opened.refreshToken = {{QStringLiteral("session_id"), QStringLiteral("session")}};
        return opened;
    }
    static NewAccount account(bool withOrganization)
    {
        if (withOrganization) {
            return NewAccount::from(SignupRequest{.email = QStringLiteral("Ada@example.com"),
                                                  .password = Secret(QByteArray("Correct-Horse-42")),
                                                  .firstName = QStringLiteral("Ada"),
                                                  .lastName = QStringLiteral("Lovelace"),
                                                  .organizationName = QStringLiteral("Analytical Engines"),
                                                  .organizationSlug = QStringLiteral("analytical-engines")})
                .value();
        }
        return NewAccount::from(RegisterRequest{.email = QStringLiteral("ada@example.com"), .password = {}, .firstName = {}, .lastName = {}}).value();
    }
    static QString text(const QUuid &uuid) { return QString::fromLatin1(uuidText(uuid)); }

    const Instant m_now = fromUnixSeconds(1'800'000'000);
    const QString m_nowText = QStringLiteral("2027-01-15T08:00:00.000Z");
    const QStringList m_methods{QStringLiteral("pwd")};
};

void TestRegistrationRows::aSignupFillsEveryTable()
{
    const NewAccount ada = account(true);
    const RegistrationIds ids = RegistrationIds::make(ada, m_now);
    const QString user = text(ids.user.uuid());
    const QString organization = text(ids.organization.uuid());
    const QString role = text(ids.ownerRole.uuid());

    const AccountStore::Registration rows = registrationRows(context(ids), ada, ids, "$argon2id$x", session(), m_methods);

    const auto l = [](const char *name) { return QString::fromLatin1(name); };
    const QJsonObject userRow{{l("id"), user},
                              {l("email"), l("ada@example.com")},
                              {l("password_hash"), l("$argon2id$x")},
                              {l("status"), l("active")},
                              {l("managed_by"), organization},
                              {l("password_changed_at"), m_nowText},
                              {l("created_at"), m_nowText},
                              {l("updated_at"), m_nowText}};
    const QJsonObject profileRow{{l("user_id"), user}, {l("first_name"), l("Ada")}, {l("last_name"), l("Lovelace")}, {l("updated_at"), m_nowText}};
    const QJsonObject organizationRow{{l("id"), organization},
                                      {l("slug"), l("analytical-engines")},
                                      {l("status"), l("active")},
                                      {l("created_at"), m_nowText},
                                      {l("updated_at"), m_nowText}};
    const QJsonObject detailsRow{{l("organization_id"), organization}, {l("name"), l("Analytical Engines")}, {l("updated_at"), m_nowText}};
    const QJsonObject roleRow{{l("organization_id"), organization},
                              {l("id"), role},
                              {l("name"), l("ORGANIZATION_OWNER")},
                              {l("system"), true},
                              {l("created_at"), m_nowText}};
    const QJsonObject membershipRow{{l("organization_id"), organization}, {l("user_id"), user}, {l("role_id"), role}, {l("created_at"), m_nowText}};
    QCOMPARE(rows.user, userRow);
    QCOMPARE(rows.profile, profileRow);
    QCOMPARE(rows.organization, organizationRow);
    QCOMPARE(rows.details, detailsRow);
    QCOMPARE(rows.role, roleRow);
    QCOMPARE(rows.membership, membershipRow);
    QCOMPARE(rows.session, session().session);
    QCOMPARE(rows.refreshToken, session().refreshToken);
    QVERIFY2(rows.idempotencyKey.isEmpty(), "that is the caller's");
}

void TestRegistrationRows::aRegistrationHasNoOrganization()
{
    const NewAccount ada = account(false);
    const RegistrationIds ids = RegistrationIds::make(ada, m_now);
    QVERIFY(!ids.user.isNil() && ids.organization.isNil() && ids.ownerRole.isNil());

    const AccountStore::Registration rows = registrationRows(context(ids), ada, ids, "$argon2id$x", session(), m_methods);

    QVERIFY(rows.organization.isEmpty() && rows.details.isEmpty() && rows.role.isEmpty() && rows.membership.isEmpty());
    QVERIFY(rows.user.value(QStringLiteral("managed_by")).isNull());
    QVERIFY(rows.profile.value(QStringLiteral("first_name")).isNull());
    QVERIFY(rows.profile.value(QStringLiteral("last_name")).isNull());
}

void TestRegistrationRows::theEventsTellOfEachRow()
{
    for (const bool withOrganization : {true, false}) {
        const NewAccount ada = account(withOrganization);
        const RegistrationIds ids = RegistrationIds::make(ada, m_now);

        const QByteArray json = registrationRows(context(ids), ada, ids, "$argon2id$x", session(), m_methods).events;

        QVERIFY(!json.contains("argon2id") && !json.contains("Correct-Horse"));
        QStringList types;
        const QJsonArray events = QJsonDocument::fromJson(json).array();
        for (const QJsonValue &event : events) {
            types.append(event[QStringLiteral("type")].toString());
            QCOMPARE(event[QStringLiteral("actor")].toString(), text(ids.user.uuid()));
            QCOMPARE(event[QStringLiteral("tenantId")].toString(), text(withOrganization ? ids.organization.uuid() : ids.user.uuid()));
        }
        const QStringList expected = withOrganization
            ? QStringList{QStringLiteral("OrganizationCreated"), QStringLiteral("UserCreated"), QStringLiteral("UserRoleCreated"),
                          QStringLiteral("AuthSessionCreated"), QStringLiteral("OrganizationSignupCompleted")}
            : QStringList{QStringLiteral("UserCreated"), QStringLiteral("AuthSessionCreated")};
        QCOMPARE(types, expected);
        const QString method = events.at(withOrganization ? 1 : 0)[QStringLiteral("payload")][QStringLiteral("method")].toString();
        QCOMPARE(method, withOrganization ? QStringLiteral("signup") : QStringLiteral("register"));
    }
}

void TestRegistrationRows::theClientIsToldTheSame()
{
    const NewAccount ada = account(true);
    const RegistrationIds ids = RegistrationIds::make(ada, m_now);

    const UserDto user = newUser(ada, ids, m_now);
    const auto organization = newOrganization(ada, ids, m_now);

    QCOMPARE(user.id, ids.user);
    QCOMPARE(user.email, QStringLiteral("ada@example.com"));
    QCOMPARE(user.status, QStringLiteral("active"));
    QVERIFY(!user.emailVerified && user.createdAt == m_now);
    QVERIFY(organization);
    QCOMPARE(organization->id, ids.organization);
    QCOMPARE(organization->slug, QStringLiteral("analytical-engines"));
    QVERIFY(!newOrganization(account(false), ids, m_now));
}

AEGIS_TEST(TestRegistrationRows)
#include "TestRegistrationRows.moc"
