#include "server/organizations/SlugService.h"
#include "shared/text/Slug.h"
#include "tests/support/Await.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestSlugService : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aFreeSlugIsFree();
    void aTakenOneComesWithFreeNeighbours();
    void noNeighbourThatIsTakenIsSuggested();
    void aBrokenOneIsMended_data();
    void aBrokenOneIsMended();
    void neverCallsATakenSlugFree();
    void forgetsAfterAWhileThatOneWasTaken();
    void aLongSlugHasNeighboursToo();

private:
    void take(const QString &slug)
    {
        DatabaseSession superuser(m_database.administrator);
        const auto done = superuser.write<int>(RequestContext::forSystem(m_now), [&](Tx &tx) -> Result<int> {
            CHECK(tx.query("insert into aegis.organization (id, slug, status, created_at, updated_at) values ($1, $2, 'active', $3, $3)",
                           OrganizationId::make(m_now), slug, m_now));
            return 0;
        });
        QVERIFY_RESULT(done);
    }
    SlugAvailabilityResponse ask(const QString &slug, Instant now)
    {
        const RequestContext context = RequestContext::forSystem(now);
        return await(m_service->availability(context, {slug})).value();
    }
    SlugAvailabilityResponse ask(const QString &slug) { return ask(slug, m_now); }

    const Instant m_now = systemNow();
    TestDatabase m_database;
    std::unique_ptr<Database> m_pool;
    std::unique_ptr<SlugService> m_service;
};

void TestSlugService::init()
{
    m_service.reset();
    m_database = TestCluster::instance().create();
    m_pool = std::make_unique<Database>(m_database.options());
    m_service = std::make_unique<SlugService>(*m_pool);
}

void TestSlugService::aFreeSlugIsFree()
{
    const auto answer = ask(QStringLiteral("engines"));

    QCOMPARE(answer.slug, QStringLiteral("engines"));
    QVERIFY(answer.available);
    QVERIFY(!answer.reason && !answer.suggestions);
}

void TestSlugService::aTakenOneComesWithFreeNeighbours()
{
    take(QStringLiteral("engines"));

    const auto answer = ask(QStringLiteral("engines"));

    QVERIFY(!answer.available);
    QCOMPARE(answer.reason.value(), QStringLiteral("taken"));
    QCOMPARE(answer.suggestions.value(), (QStringList{QStringLiteral("engines-hq"), QStringLiteral("engines-team"), QStringLiteral("engines-2")}));
}

void TestSlugService::noNeighbourThatIsTakenIsSuggested()
{
    for (const char *slug : {"engines", "engines-hq", "engines-2", "engines-org"})
        take(QString::fromLatin1(slug));

    QCOMPARE(ask(QStringLiteral("engines")).suggestions.value(),
             (QStringList{QStringLiteral("engines-team"), QStringLiteral("engines-3"), QStringLiteral("engines-4")}));
}

void TestSlugService::aBrokenOneIsMended_data()
{
    QTest::addColumn<QString>("slug");
    QTest::addColumn<QString>("reason");
    QTest::addColumn<QString>("first");
    const auto row = [](const char *name, const QString &slug, const char *reason, const char *first) {
        QTest::newRow(name) << slug << QString::fromLatin1(reason) << QString::fromLatin1(first);
    };
    row("capitals", QStringLiteral("Engines"), "characters", "engines");
    row("accents", QStringLiteral("café-zürich"), "characters", "cafe-zurich");
    row("doubled hyphens", QStringLiteral("my--engines"), "hyphens", "my-engines");
    row("short", QStringLiteral("ab"), "length", "my-organization");
    row("nothing to keep", QStringLiteral("日本語"), "characters", "my-organization");
    row("reserved", QStringLiteral("admin"), "reserved", "my-organization");
    row("too long", QString(80, u'a'), "length", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

void TestSlugService::aBrokenOneIsMended()
{
    QFETCH(QString, slug);
    QFETCH(QString, reason);
    QFETCH(QString, first);

    const auto answer = ask(slug);

    QVERIFY(!answer.available);
    QCOMPARE(answer.slug, slug);
    QCOMPARE(answer.reason.value(), reason);
    QCOMPARE(answer.suggestions->value(0), first);
    for (const QString &suggestion : *answer.suggestions)
        QVERIFY2(Slug::parse(suggestion), qPrintable(suggestion));
}

void TestSlugService::neverCallsATakenSlugFree()
{
    QVERIFY(ask(QStringLiteral("engines")).available);

    take(QStringLiteral("engines"));

    QVERIFY2(!ask(QStringLiteral("engines")).available, "that it was free was not remembered");
}

void TestSlugService::forgetsAfterAWhileThatOneWasTaken()
{
    take(QStringLiteral("engines"));
    QVERIFY(!ask(QStringLiteral("engines")).available);
    DatabaseSession superuser(m_database.administrator);
    QVERIFY_RESULT(superuser.write<int>(RequestContext::forSystem(m_now), [](Tx &tx) -> Result<int> {
        CHECK(tx.query("delete from aegis.organization"));
        return 0;
    }));

    QVERIFY2(!ask(QStringLiteral("engines"), m_now + 9s).available, "remembered, without asking");
    QVERIFY(ask(QStringLiteral("engines"), m_now + 10s).available);
}

void TestSlugService::aLongSlugHasNeighboursToo()
{
    const QString slug(63, u'a');
    take(slug);

    const auto answer = ask(slug);

    QCOMPARE(answer.suggestions->size(), 3);
    for (const QString &suggestion : *answer.suggestions)
        QVERIFY2(Slug::parse(suggestion), qPrintable(suggestion));
}

AEGIS_TEST(TestSlugService)
#include "TestSlugService.moc"
