#include "server/redis/RedisClient.h"

#include "server/log/Log.h"

#include <QtCore/QCryptographicHash>

namespace aegis {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds reportPause = 60s;
/// A subscription is silent by nature: this tells one that has died from one on which nothing is said.
constexpr std::chrono::milliseconds pulse = 1s;
constexpr int missedPulses = 3;

qint64 nowMilliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

RedisScript RedisScript::of(const QByteArray &source)
{
    return {.text = source, .name = QCryptographicHash::hash(source, QCryptographicHash::Sha1).toHex()};
}

RedisClient::RedisClient(RedisTarget target) : m_target(std::move(target))
{
    m_thread.setObjectName(QStringLiteral("redis"));
    m_thread.start();
    m_worker.moveToThread(&m_thread);
    QMetaObject::invokeMethod(&m_worker, [this] {
        RedisConnection::Events events;
        events.ready = [this] {
            ++m_connects;
            m_isUp = !m_isStopped;
            m_nextReport = 0;
            log::info("redis_connected", {{"host", m_target.host}});
        };
        events.lost = [this](const QString &reason) {
            m_isUp = false;
            noteFailure(reason);
        };
        m_commands = std::make_unique<RedisConnection>(m_target, std::move(events));
        m_commands->open();
    });
}

RedisClient::~RedisClient()
{
    stop();
}

void RedisClient::stop()
{
    {
        // What is posted before this is told of the end by the thread, what would be after it is told at once.
        const std::lock_guard lock(m_posting);
        if (m_isStopped.exchange(true))
            return;
        m_isUp = false;
    }
    QMetaObject::invokeMethod(
        &m_worker,
        [this] {
            m_pulse.reset();
            m_subscription.reset();
            m_commands.reset(); // tells who waits
        },
        Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

void RedisClient::post(QByteArrayList words, RedisConnection::Receiver receiver)
{
    const auto refuse = [&](const char *reason) {
        ++m_failures;
        receiver(Problem(ProblemCode::Overloaded).withInternal(QStringLiteral("Redis: ") + QLatin1String(reason)));
    };
    if (!isUp())
        return refuse("it is away");
    if (m_outstanding.fetch_add(1) >= mostOutstanding) {
        --m_outstanding;
        return refuse("too much waits for it");
    }
    std::unique_lock lock(m_posting);
    if (m_isStopped) {
        lock.unlock();
        --m_outstanding;
        return refuse("it is away");
    }
    QMetaObject::invokeMethod(
        &m_worker,
        [this, words = std::move(words), receiver = std::move(receiver)] {
            const auto tell = [this, receiver](Result<RedisReply> reply) {
                --m_outstanding;
                if (!reply)
                    ++m_failures;
                receiver(std::move(reply));
            };
            if (m_commands && m_commands->isReady())
                m_commands->send(words, tell);
            else
                tell(Problem(ProblemCode::Overloaded).withInternal(QStringLiteral("Redis: it is away")));
        },
        Qt::QueuedConnection);
}

Task<Result<RedisReply>> RedisClient::evaluate(const RedisScript &script, QByteArrayList keys, QByteArrayList arguments)
{
    const QByteArrayList rest = QByteArrayList{QByteArray::number(keys.size())} + keys + arguments;
    const QByteArrayList byName = QByteArrayList{"EVALSHA", script.name} + rest;
    auto reply = co_await call(byName);
    if (reply && reply->isError() && reply->text.startsWith("NOSCRIPT")) {
        const QByteArrayList byText = QByteArrayList{"EVAL", script.text} + rest;
        reply = co_await call(byText);
    }
    if (reply && reply->isError()) {
        ++m_failures;
        noteFailure(QString::fromUtf8(reply->text.left(200)));
        co_return Problem(ProblemCode::Overloaded).withInternal(QStringLiteral("Redis: ") + QString::fromUtf8(reply->text.left(200)));
    }
    co_return reply;
}

void RedisClient::publish(const QByteArray &channel, const QByteArray &message)
{
    post({"PUBLISH", channel, message}, [](auto &&) {});
}

void RedisClient::subscribe(const QByteArray &channel, std::function<void()> onMessage)
{
    QMetaObject::invokeMethod(&m_worker, [this, channel, onMessage = std::move(onMessage)] {
        auto last = std::make_shared<qint64>(0); // when it was last heard
        RedisConnection::Events events;
        events.ready = [this, channel, last] {
            *last = nowMilliseconds();
            m_subscription->sendForPush({"SUBSCRIBE", channel});
        };
        events.lost = [this](const QString &reason) { noteFailure(reason); };
        events.pushed = [last, onMessage](const RedisReply &reply) {
            *last = nowMilliseconds();
            const bool isPulse = reply.kind == RedisReply::Kind::List && !reply.elements.empty() && reply.elements.front().text == "pong";
            if (!isPulse)
                onMessage();
        };
        m_subscription = std::make_unique<RedisConnection>(m_target, std::move(events));
        m_subscription->open();
        m_pulse = std::make_unique<QTimer>();
        QObject::connect(m_pulse.get(), &QTimer::timeout, m_pulse.get(), [this, last] {
            if (!m_subscription->isReady())
                return;
            if (nowMilliseconds() - *last > missedPulses * pulse.count())
                m_subscription->drop(QStringLiteral("the subscription is silent"));
            else
                m_subscription->sendForPush({"PING"});
        });
        m_pulse->start(pulse);
    });
}

/// Once a minute while it lasts.
void RedisClient::noteFailure(const QString &reason)
{
    const qint64 now = nowMilliseconds();
    qint64 next = m_nextReport;
    if (now >= next && !m_isStopped && m_nextReport.compare_exchange_strong(next, now + reportPause.count()))
        log::warning("redis_unavailable",
                     {{"host", m_target.host},
                      {"reason", reason},
                      {"message", QStringLiteral("limits are counted by this instance alone, and revocations are learned from PostgreSQL")}});
}

} // namespace aegis
