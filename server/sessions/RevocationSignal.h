#pragma once

#include "server/db/Connection.h"
#include "server/jobs/BackgroundLoop.h"
#include "server/redis/RedisClient.h"

namespace aegis {

/// How an instance tells the others that the table of revocations has something new, and is told. It only ever hastens their next
/// look at the table, which is the truth: a message that is lost, late, made up or garbled changes nothing but when that is, and
/// one that says who is revoked is not believed, for there is none.
class RevocationSignal {
public:
    RevocationSignal() = default;
    RevocationSignal(const RevocationSignal &) = delete;
    RevocationSignal &operator=(const RevocationSignal &) = delete;
    virtual ~RevocationSignal() = default;

    /// After the commit. Any thread; it does not wait.
    virtual void announce() = 0;
    /// Calls back, on any thread, when it is worth to look, the first time when it listens. Once; until this object goes. It does not wait.
    virtual void listen(std::function<void()> onNews) = 0;
};

/// Through a channel of Redis. It must be stopped before what is called back goes.
class RedisRevocationSignal final : public RevocationSignal {
public:
    RedisRevocationSignal(RedisClient &redis, const QString &prefix) : m_redis(redis), m_channel(prefix.toLatin1() + ":revocations") {}

    void announce() override;
    void listen(std::function<void()> onNews) override;

private:
    RedisClient &m_redis;
    const QByteArray m_channel;
};

/// Through NOTIFY of PostgreSQL, which the table's own trigger sends with the commit.
class PostgresRevocationSignal final : public RevocationSignal {
public:
    PostgresRevocationSignal(ConnectionString target, DatabaseSessionSettings settings) : m_target(std::move(target)), m_settings(std::move(settings))
    {
    }

    void announce() override {}
    void listen(std::function<void()> onNews) override;

private:
    Result<void> step();

    const ConnectionString m_target;
    const DatabaseSessionSettings m_settings;
    std::function<void()> m_onNews;
    std::unique_ptr<Connection> m_connection; ///< of the loop's thread
    std::unique_ptr<BackgroundLoop> m_loop;   ///< ends before the others
};

} // namespace aegis
