#pragma once

#include "server/async/EventLoop.h"
#include "server/async/Task.h"
#include "server/redis/RedisConnection.h"
#include "server/redis/RedisScript.h"

#include <QtCore/QThread>

#include <atomic>
#include <coroutine>
#include <mutex>

namespace aegis {

/// Redis as the server uses it: commands on one connection, a subscription on another, both on a thread of their own, so that no
/// I/O thread ever waits. Who asks while it is away, slow or crowded is told at once, or after the timeout, and does without. It
/// is said in the log once a minute. Any thread.
class RedisClient {
public:
    explicit RedisClient(RedisTarget target);
    /// stop()
    ~RedisClient();
    RedisClient(const RedisClient &) = delete;
    RedisClient &operator=(const RedisClient &) = delete;

    /// `co_await redis.call({"GET", key})`: the answer, which may be an error of Redis; a problem when there is none. Resumes on the
    /// awaiting thread's event loop.
    auto call(QByteArrayList words);
    /// Carries out the script, which outlives the task. An error of Redis is a problem here.
    Task<Result<RedisReply>> evaluate(const RedisScript &script, QByteArrayList keys, QByteArrayList arguments);

    /// Tells all who subscribe, if it can.
    void publish(const QByteArray &channel, const QByteArray &message);
    /// Calls back on Redis' thread for each message, whatever it says, and each time that the subscription begins anew, when
    /// messages may have been missed. Once, before anything is published.
    void subscribe(const QByteArray &channel, std::function<void()> onMessage);

    /// From now on everybody is told that there is no Redis.
    void stop();

    bool isUp() const { return m_isUp.load(std::memory_order_relaxed); }
    quint64 failures() const { return m_failures.load(std::memory_order_relaxed); } ///< commands without an answer, or with an error
    quint64 connects() const { return m_connects.load(std::memory_order_relaxed); } ///< connections that came to stand

private:
    friend struct RedisCall;

    void post(QByteArrayList words, RedisConnection::Receiver receiver);
    void noteFailure(const QString &reason);

    static constexpr int mostOutstanding = 4096;

    const RedisTarget m_target;
    QThread m_thread;
    QObject m_worker;                                ///< lives on the thread
    std::unique_ptr<RedisConnection> m_commands;     ///< on the thread
    std::unique_ptr<RedisConnection> m_subscription; ///< on the thread
    std::unique_ptr<QTimer> m_pulse;                 ///< of the subscription
    std::atomic<bool> m_isUp{false};
    std::mutex m_posting; ///< held to hand something to the thread, and to say that this is over
    std::atomic<bool> m_isStopped{false};
    std::atomic<int> m_outstanding{0};
    std::atomic<quint64> m_failures{0};
    std::atomic<quint64> m_connects{0};
    std::atomic<qint64> m_nextReport{0}; ///< of the steady clock, in ms
};

/// What RedisClient::call() gives.
struct RedisCall {
    RedisClient &client;
    QByteArrayList words;
    std::optional<Result<RedisReply>> result{};

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting)
    {
        const EventLoop loop = EventLoop::current();
        client.post(std::move(words), [this, awaiting, loop](Result<RedisReply> reply) {
            result.emplace(std::move(reply));
            loop.post([awaiting] { awaiting.resume(); });
        });
    }
    Result<RedisReply> await_resume() { return *std::move(result); }
};

inline auto RedisClient::call(QByteArrayList words)
{
    return RedisCall{*this, std::move(words)};
}

} // namespace aegis
