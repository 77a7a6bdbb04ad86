#include "shared/permissions/BuiltInRoles.h"
#include "tests/support/TestMain.h"

#include <QtCore/QSet>

using namespace aegis;

/// The catalogue of permissions, and what the built-in roles allow.
class TestPermissions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesAreUniqueAndFoundAgain();
    void whatIsNotKnownAllowsNothing();
    void rolesOfAnOrganizationHoldNothingOfThePlatform();
    void auditorsChangeNothing();
    void eachRoleHoldsWhatTheLesserOneDoes();
};

void TestPermissions::namesAreUniqueAndFoundAgain()
{
    QSet<QString> names;
    for (const PermissionInfo &info : permissionCatalogue()) {
        names.insert(info.name);
        QVERIFY(permissionFromName(QByteArrayView(info.name.data(), info.name.size())) == info.permission);
        QVERIFY(!info.meaning.isEmpty());
    }
    QCOMPARE(names.size(), static_cast<qsizetype>(permissionCatalogue().size()));
    QVERIFY(PermissionSet::fromNames(QStringList(names.begin(), names.end())) == permissionsOf(platformRoles(), {QStringLiteral("PLATFORM_ADMIN")}));
}

void TestPermissions::whatIsNotKnownAllowsNothing()
{
    QVERIFY(PermissionSet::fromNames({QStringLiteral("session.invent"), QString(), QStringLiteral("SESSION.READ"), QStringLiteral("*")}).isEmpty());
    QVERIFY(permissionsOf(organizationRoles(), {QStringLiteral("OWNER"), QStringLiteral("PLATFORM_ADMIN")}).isEmpty());
    QCOMPARE(PermissionSet::fromNames({QStringLiteral("session.read")}).names(), QStringList{QStringLiteral("session.read")});
}

void TestPermissions::rolesOfAnOrganizationHoldNothingOfThePlatform()
{
    for (const BuiltInRole &role : organizationRoles()) {
        for (const PermissionInfo &info : permissionCatalogue())
            QVERIFY2(!info.platformOnly || !role.permissions.contains(info.permission), role.name.data());
    }
}

void TestPermissions::auditorsChangeNothing()
{
    for (const PermissionSet permissions :
         {permissionsOf(organizationRoles(), {QStringLiteral("AUDITOR")}), permissionsOf(platformRoles(), {QStringLiteral("PLATFORM_AUDITOR")})}) {
        for (const QString &name : permissions.names())
            QVERIFY2(name.endsWith(QStringLiteral(".read")) || name == QStringLiteral("event.export"), qPrintable(name));
    }
}

void TestPermissions::eachRoleHoldsWhatTheLesserOneDoes()
{
    const auto roles = organizationRoles();
    for (std::size_t i = 1; i < roles.size(); ++i)
        QVERIFY2(roles[i - 1].permissions.containsAll(roles[i].permissions) && !roles[i].permissions.containsAll(roles[i - 1].permissions),
                 roles[i].name.data());
}

AEGIS_TEST(TestPermissions)
#include "TestPermissions.moc"
