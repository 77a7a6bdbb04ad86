#pragma once

#include "server/redis/RedisReply.h"

#include <QtCore/QByteArrayList>

#include <memory>
#include <optional>

struct redisReader;

namespace aegis {

/// A command as it goes over the wire.
QByteArray redisCommand(const QByteArrayList &words);

/// Takes what comes from Redis apart. Whoever speaks at the other end can neither crash it nor make it keep more than 64 KiB; after
/// the first byte that is no Redis it is of no more use. To be used by one thread.
class RedisReader {
public:
    RedisReader();
    ~RedisReader();
    RedisReader(const RedisReader &) = delete;
    RedisReader &operator=(const RedisReader &) = delete;

    void feed(QByteArrayView bytes);
    /// The next whole reply; nothing when it has not come yet, or never will.
    std::optional<RedisReply> next();
    bool isBroken() const { return m_broken; }

private:
    static constexpr qsizetype mostPending = 64 * 1024;

    struct Closer {
        void operator()(redisReader *reader) const;
    };
    const std::unique_ptr<redisReader, Closer> m_reader;
    qsizetype m_pending = 0; ///< bytes since the last whole reply
    bool m_broken = false;
};

} // namespace aegis
