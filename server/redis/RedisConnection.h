#pragma once

#include "server/redis/RedisProtocol.h"
#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QTimer>
#include <QtNetwork/QSslConfiguration>

#include <chrono>
#include <deque>
#include <functional>

class QSslSocket;

namespace aegis {

/// Where Redis is and how it is spoken to.
struct RedisTarget {
    QString host;
    quint16 port = 6379;
    QString user; ///< empty: the default one
    Secret password;
    bool tls = false;
    QString caFile;                         ///< in PEM; empty: the system's
    std::chrono::milliseconds timeout{200}; ///< for one answer
};

/// One connection to Redis, made again and again until it stands, with commands in a pipeline. An answer that takes longer than the
/// timeout ends it, for nothing tells which later one it would be. It belongs to a thread with an event loop.
class RedisConnection {
public:
    using Receiver = std::function<void(Result<RedisReply>)>;
    struct Events {
        std::function<void()> ready = [] {};                        ///< it stands, and has authenticated
        std::function<void(const QString &)> lost = [](auto &&) {}; ///< it has ended, or could not be made
        std::function<void(const RedisReply &)> pushed = {};        ///< what nobody has asked for; without it that is an error
    };

    RedisConnection(RedisTarget target, Events events);
    ~RedisConnection();
    RedisConnection(const RedisConnection &) = delete;
    RedisConnection &operator=(const RedisConnection &) = delete;

    void open();
    bool isReady() const { return m_isReady; }
    /// The receiver is told once: the answer, or a problem when there is none. An error of Redis is an answer.
    void send(const QByteArrayList &words, Receiver receiver);
    /// The same for a command whose answer comes as a push.
    void sendForPush(const QByteArrayList &words);
    /// Ends it and opens it again after a pause.
    void drop(const QString &reason);

private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        Receiver receiver;
        Clock::time_point since;
    };

    void greet();
    void becomeReady();
    void read();
    void watch();

    const RedisTarget m_target;
    const Events m_events;
    QObject m_context; ///< of the socket's signals
    QSslConfiguration m_tls;
    QSslSocket *m_socket = nullptr;
    std::unique_ptr<RedisReader> m_reader;
    std::deque<Waiting> m_waiting; ///< in the order in which they were sent
    QTimer m_watch;                ///< over the oldest of them, and over the way to ready
    QTimer m_retry;
    Clock::time_point m_openedAt;
    std::chrono::milliseconds m_pause{0}; ///< before the next attempt
    bool m_isReady = false;
};

} // namespace aegis
