#include "server/log/Log.h"
#include "server/mail/MailDispatcher.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <deque>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

/// Answers as it is told, and remembers what it was given.
class ScriptedTransport final : public MailTransport {
public:
    struct Script {
        std::deque<MailOutcome> outcomes; ///< once these are used up: sent
        std::vector<QByteArray> given;
        std::function<void()> during = [] {};
        std::mutex mutex;
    };
    explicit ScriptedTransport(std::shared_ptr<Script> script) : m_script(std::move(script)) {}

    MailOutcome send(const MailMessage &mail) override
    {
        m_script->during();
        const std::lock_guard lock(m_script->mutex);
        m_script->given.push_back(mail.bytes);
        if (m_script->outcomes.empty())
            return MailOutcome::sent();
        const MailOutcome outcome = m_script->outcomes.front();
        m_script->outcomes.pop_front();
        return outcome;
    }
    void stop() override {}

private:
    const std::shared_ptr<Script> m_script;
};

} // namespace

/// On a real database.
class TestMailDispatcher : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void sendsOnceAndRemoves();
    void sendsNothingBeforeTheCommit();
    void triesAgainWithPausesThatDouble();
    void givesUpInTheEnd();
    void givesUpAtOnceWhatIsRefused();
    void sendsNothingThatNobodyWantsAnyMore();
    void leavesAMailToOthersWhenItsLeaseEnds();
    void ofManyServersOneSends();
    void keepsTheSameMessageId();
    void keepsWhatItCannotOpen();
    void firstStepSendsNothing();
    void theBacklogIsCountedWhileItIsWorkedOff();
    void onlyTheServerItselfSeesTheOutbox();
    void holdsNothingLegible();

private:
    using Script = ScriptedTransport::Script;

    template <class... Args> Rows sql(Sql text, const Args &...args)
    {
        auto rows = m_superuser->write<Rows>(RequestContext::forSystem(m_now), [&](Tx &tx) { return tx.query(text, args...); });
        if (!rows)
            qFatal("%s", inWords(rows.problem()).constData());
        return *std::move(rows);
    }
    qint64 waiting() { return sql("select count(*) from aegis.mail_outbox").first().get<qint64>(0); }
    std::unique_ptr<MailDispatcher> dispatcher(Metrics &metrics)
    {
        auto made = std::make_unique<MailDispatcher>(DatabaseSession(m_database.serving), *m_outbox, *MailTemplates::load(),
                                                     std::make_unique<ScriptedTransport>(m_script), metrics,
                                                     MailDispatcher::Options{.from = *MailAddress::parse(u"Engines <accounts@engines.example>"),
                                                                             .lease = 2min,
                                                                             .retryFirst = 30s,
                                                                             .retryLongest = 15min,
                                                                             .clock = [this] { return m_now; }});
        if (!made->step()) // the first one only looks
            qFatal("the outbox cannot be read");
        return made;
    }
    RequestContext person() const
    {
        RequestContext context = RequestContext::forSystem(m_now);
        context.tenant.user = m_person;
        context.client.languages = "de";
        return context;
    }
    /// Writes a mail into the outbox, as a feature does.
    Result<Rows> enqueue(std::chrono::minutes lifetime = 30min, bool commits = true)
    {
        const RequestContext context = person();
        const auto row = m_outbox->row(context,
                                       {.kind = MailKind::PasswordReset,
                                        .to = *EmailAddress::parse(u"ada@example.com"),
                                        .values = {{QStringLiteral("link"), QStringLiteral("https://a.example/#token=secret-token")},
                                                   {QStringLiteral("until"), QStringLiteral("then")}},
                                        .expiresAt = m_now + lifetime});
        return DatabaseSession(m_database.serving).write<Rows>(context, [&](Tx &tx) -> Result<Rows> {
            TRY(const Rows rows, tx.query("select aegis.enqueue_mail($1)", Json(*row)));
            if (!commits)
                return ProblemCode::Conflict;
            return rows;
        });
    }

    Instant m_now = systemNow();
    const UserId m_person = UserId::make(m_now);
    const Sealing m_sealing = Sealing::make({{1, Secret(QByteArray(32, 'k'))}}).value();
    TestDatabase m_database;
    std::unique_ptr<DatabaseSession> m_superuser;
    std::unique_ptr<MailOutbox> m_outbox;
    std::shared_ptr<Script> m_script;
};

void TestMailDispatcher::init()
{
    log::configure({.level = LogLevel::Error});
    m_now = systemNow();
    m_database = TestCluster::instance().create();
    m_superuser = std::make_unique<DatabaseSession>(m_database.administrator);
    m_outbox = std::make_unique<MailOutbox>(m_sealing, 24h);
    m_script = std::make_shared<Script>();
}

void TestMailDispatcher::sendsOnceAndRemoves()
{
    Metrics metrics;
    const auto sender = dispatcher(metrics);
    QVERIFY_RESULT(enqueue());

    QVERIFY_RESULT(sender->step());
    QVERIFY_RESULT(sender->step());

    QCOMPARE(m_script->given.size(), std::size_t(1));
    QVERIFY(m_script->given.front().contains("\r\nTo: ada@example.com\r\n"));
    QVERIFY(m_script->given.front().contains("\r\nContent-Language: de\r\n"));
    QCOMPARE(waiting(), qint64(0));
    QVERIFY(metrics.render().contains("aegis_mails_total{outcome=\"sent\"} 1\n"));
}

void TestMailDispatcher::sendsNothingBeforeTheCommit()
{
    Metrics metrics;
    const auto sender = dispatcher(metrics);
    QVERIFY(!enqueue(30min, false).ok());

    QVERIFY_RESULT(sender->step());

    QCOMPARE(m_script->given.size(), std::size_t(0));
    QCOMPARE(waiting(), qint64(0));
}

void TestMailDispatcher::triesAgainWithPausesThatDouble()
{
    Metrics metrics;
    const auto sender = dispatcher(metrics);
    QVERIFY_RESULT(enqueue());
    m_script->outcomes = {MailOutcome::failed(QStringLiteral("busy")), MailOutcome::failed(QStringLiteral("busy")), MailOutcome::sent()};

    QVERIFY_RESULT(sender->step());
    QCOMPARE(m_script->given.size(), std::size_t(1));
    m_now += 29s;
    QVERIFY_RESULT(sender->step());
    QCOMPARE(m_script->given.size(), std::size_t(1));
    m_now += 1s;
    QVERIFY_RESULT(sender->step());
    QCOMPARE(m_script->given.size(), std::size_t(2));
    m_now += 59s;
    QVERIFY_RESULT(sender->step());
    QCOMPARE(m_script->given.size(), std::size_t(2));
    m_now += 1s;
    QVERIFY_RESULT(sender->step());

    QCOMPARE(m_script->given.size(), std::size_t(3));
    QCOMPARE(waiting(), qint64(0));
    QVERIFY(metrics.render().contains("aegis_mails_total{outcome=\"retried\"} 2\n"));
    QVERIFY(sender->pauseAfter(1) == 30s);
    QVERIFY(sender->pauseAfter(4) == 4min);
    QVERIFY(sender->pauseAfter(1'000'000) == 15min);
}

void TestMailDispatcher::givesUpInTheEnd()
{
    Metrics metrics;
    const auto sender = dispatcher(metrics);
    QVERIFY_RESULT(enqueue());
    m_script->outcomes.assign(1000, MailOutcome::failed(QStringLiteral("away")));

    for (int i = 0; i < 200 && waiting() > 0; ++i) {
        QVERIFY_RESULT(sender->step());
        m_now += 15s;
    }

    QCOMPARE(waiting(), qint64(0));
    QVERIFY(m_script->given.size() >= 5 && m_script->given.size() <= 7);
    QVERIFY(metrics.render().contains("aegis_mails_total{outcome=\"given_up\"} 1\n"));
}

void TestMailDispatcher::givesUpAtOnceWhatIsRefused()
{
    Metrics metrics;
    const auto sender = dispatcher(metrics);
    QVERIFY_RESULT(enqueue());
    m_script->outcomes = {MailOutcome::refused(QStringLiteral("550 5.1.1"))};

    QVERIFY_RESULT(sender->step());

    QCOMPARE(waiting(), qint64(0));
    QVERIFY(metrics.render().contains("aegis_mails_total{outcome=\"given_up\"} 1\n"));
}

void TestMailDispatcher::sendsNothingThatNobodyWantsAnyMore()
{
    Metrics metrics;
    const auto sender = dispatcher(metrics);
    QVERIFY_RESULT(enqueue(30min));
    m_now += 30min;

    QVERIFY_RESULT(sender->step());

    QCOMPARE(m_script->given.size(), std::size_t(0));
    QCOMPARE(waiting(), qint64(0));
}

void TestMailDispatcher::leavesAMailToOthersWhenItsLeaseEnds()
{
    Metrics metrics, otherMetrics;
    const auto slow = dispatcher(metrics);
    const auto other = dispatcher(otherMetrics);
    QVERIFY_RESULT(enqueue());
    // While the first one sends, its lease ends and another one sends and fails; the late success changes nothing of the other's.
    m_script->outcomes = {MailOutcome::failed(QStringLiteral("busy")), MailOutcome::sent()};
    bool isInside = false;
    m_script->during = [&] {
        if (std::exchange(isInside, true))
            return;
        QVERIFY_RESULT(other->step());
        QCOMPARE(m_script->given.size(), std::size_t(0)); // it is the first one's for as long as the lease
        m_now += 2min;
        QVERIFY_RESULT(other->step());
        QCOMPARE(m_script->given.size(), std::size_t(1));
    };

    QVERIFY_RESULT(slow->step());

    QCOMPARE(waiting(), qint64(1)); // at least once: the other one will send it again
    m_now += 1min;
    QVERIFY_RESULT(other->step());
    QCOMPARE(waiting(), qint64(0));
    QCOMPARE(m_script->given.size(), std::size_t(3));
}

void TestMailDispatcher::ofManyServersOneSends()
{
    constexpr int servers = 4, mails = 40;
    std::vector<Metrics> metrics(servers);
    std::vector<std::unique_ptr<MailDispatcher>> senders;
    for (Metrics &each : metrics)
        senders.push_back(dispatcher(each));
    for (int i = 0; i < mails; ++i)
        QVERIFY_RESULT(enqueue());

    const auto done = together(servers, [&](int i) { return senders[std::size_t(i)]->step().ok(); });

    QVERIFY(std::all_of(done.begin(), done.end(), [](bool good) { return good; }));
    QCOMPARE(m_script->given.size(), std::size_t(mails));
    std::sort(m_script->given.begin(), m_script->given.end());
    QVERIFY(std::unique(m_script->given.begin(), m_script->given.end()) == m_script->given.end());
    QCOMPARE(waiting(), qint64(0));
}

void TestMailDispatcher::keepsTheSameMessageId()
{
    Metrics metrics;
    const auto sender = dispatcher(metrics);
    QVERIFY_RESULT(enqueue());
    m_script->outcomes = {MailOutcome::failed(QStringLiteral("lost"))};

    QVERIFY_RESULT(sender->step());
    m_now += 1min;
    QVERIFY_RESULT(sender->step());

    QCOMPARE(m_script->given.size(), std::size_t(2));
    QCOMPARE(m_script->given[0], m_script->given[1]);
    QVERIFY(m_script->given[0].contains("\r\nMessage-ID: <"));
}

void TestMailDispatcher::keepsWhatItCannotOpen()
{
    Metrics metrics;
    const auto sender = dispatcher(metrics);
    QVERIFY_RESULT(enqueue());
    QVERIFY_RESULT(enqueue());
    // One is moved into the place of the other.
    sql("update aegis.mail_outbox set sealed = (select sealed from aegis.mail_outbox order by id limit 1)");

    QVERIFY_RESULT(sender->step());

    QCOMPARE(m_script->given.size(), std::size_t(1));
    QCOMPARE(waiting(), qint64(1));
}

void TestMailDispatcher::firstStepSendsNothing()
{
    QVERIFY_RESULT(enqueue());
    Metrics metrics;

    const auto sender = dispatcher(metrics);

    QCOMPARE(m_script->given.size(), std::size_t(0));
    QVERIFY(metrics.render().contains("aegis_mail_outbox 1\n"));
    m_now += 1min;
    QVERIFY(metrics.render().contains("aegis_mail_outbox_oldest_seconds 60\n"));
    QVERIFY_RESULT(sender->step());
    QCOMPARE(m_script->given.size(), std::size_t(1));
}

void TestMailDispatcher::theBacklogIsCountedWhileItIsWorkedOff()
{
    Metrics metrics;
    const auto sender = dispatcher(metrics);
    for (int i = 0; i < 4; ++i)
        QVERIFY_RESULT(enqueue());
    std::vector<int> waits; // as the metrics say, while each is being sent
    const auto look = [&] {
        for (int count = 0; count <= 4; ++count) {
            if (metrics.render().contains("\naegis_mail_outbox " + QByteArray::number(count) + '\n'))
                waits.push_back(count);
        }
    };
    m_script->during = [&] {
        look();
        m_now += waits.size() == 2 ? 1s : 11s; // it is not looked after each one
    };

    QVERIFY_RESULT(sender->step());

    look();
    QVERIFY((waits == std::vector<int>{0, 3, 3, 1, 0}));
    m_now -= 1h; // a clock that was set back stops nothing
    QVERIFY_RESULT(enqueue());
    m_script->during = [] {};
    m_script->outcomes = {MailOutcome::failed(QStringLiteral("busy"))};
    QVERIFY_RESULT(sender->step());
    look();
    QCOMPARE(waits.back(), 1);
}

void TestMailDispatcher::onlyTheServerItselfSeesTheOutbox()
{
    QVERIFY_RESULT(enqueue());
    const auto seen = [&](const RequestContext &context) {
        return DatabaseSession(m_database.serving)
            .read<qint64>(context,
                          [](Tx &tx) -> Result<qint64> {
                              TRY(const Row row, tx.queryOne(ProblemCode::Internal, "select count(*) from aegis.mail_outbox"));
                              return row.get<qint64>(0);
                          })
            .value();
    };
    const auto changed = [&](const RequestContext &context) {
        return DatabaseSession(m_database.serving)
            .write<qint64>(context,
                           [](Tx &tx) -> Result<qint64> {
                               TRY(const Rows rows, tx.query("delete from aegis.mail_outbox"));
                               return rows.affected();
                           })
            .value();
    };
    RequestContext inOrganization = RequestContext::forSystem(m_now);
    inOrganization.tenant.organization = OrganizationId::make(m_now);

    for (const RequestContext &tenant : {person(), inOrganization}) {
        QCOMPARE(seen(tenant), qint64(0));
        QCOMPARE(changed(tenant), qint64(0));
    }
    QCOMPARE(seen(RequestContext::forSystem(m_now)), qint64(1));

    // Nor does anybody write one in another's name.
    const auto foreign = m_outbox->row(
        inOrganization, {.kind = MailKind::PasswordReset, .to = *EmailAddress::parse(u"a@b.example"), .values = {}, .expiresAt = m_now});
    const auto refused = DatabaseSession(m_database.serving).write<Rows>(person(), [&](Tx &tx) {
        return tx.query("select aegis.enqueue_mail($1)", Json(*foreign));
    });
    QVERIFY(!refused.ok());
    QCOMPARE(waiting(), qint64(1));
}

void TestMailDispatcher::holdsNothingLegible()
{
    QVERIFY_RESULT(enqueue());

    const QByteArray row = sql("select m::text || encode(sealed, 'escape') from aegis.mail_outbox m").first().get<QByteArray>(0);

    QVERIFY(!row.contains("example.com") && !row.contains("secret-token") && !row.contains("token="));
}

AEGIS_TEST(TestMailDispatcher)
#include "TestMailDispatcher.moc"
