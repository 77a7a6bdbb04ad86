#include "server/redis/RedisProtocol.h"

#include <hiredis/hiredis.h>

#include <new>

namespace aegis {
namespace {

/// More than any command that we send is answered with.
constexpr int mostElements = 16;

/// As `functions`, but refusing long lists: hiredis makes room for as many elements as the other end declares.
redisReplyObjectFunctions *bounded(const redisReplyObjectFunctions &functions)
{
    static const redisReplyObjectFunctions whole = functions;
    static redisReplyObjectFunctions own = [] {
        redisReplyObjectFunctions copy = whole;
        copy.createArray = [](const redisReadTask *task, auto elements) {
            return elements > mostElements ? nullptr : whole.createArray(task, elements);
        };
        return copy;
    }();
    return &own;
}

RedisReply converted(const redisReply &raw)
{
    RedisReply reply;
    switch (raw.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
        reply.kind = raw.type == REDIS_REPLY_ERROR ? RedisReply::Kind::Error : RedisReply::Kind::Text;
        reply.text = QByteArray(raw.str, static_cast<qsizetype>(raw.len));
        break;
    case REDIS_REPLY_INTEGER:
        reply.kind = RedisReply::Kind::Integer;
        reply.integer = raw.integer;
        break;
    case REDIS_REPLY_ARRAY:
        reply.kind = RedisReply::Kind::List;
        for (std::size_t i = 0; i < raw.elements; ++i)
            reply.elements.push_back(converted(*raw.element[i])); // hiredis bounds the depth
        break;
    default:
        break;
    }
    return reply;
}

} // namespace

QByteArray redisCommand(const QByteArrayList &words)
{
    std::vector<const char *> texts;
    std::vector<std::size_t> lengths;
    for (const QByteArray &word : words) {
        texts.push_back(word.constData());
        lengths.push_back(static_cast<std::size_t>(word.size()));
    }
    char *command = nullptr;
    const auto length = redisFormatCommandArgv(&command, static_cast<int>(texts.size()), texts.data(), lengths.data());
    if (length < 0)
        throw std::bad_alloc();
    QByteArray bytes(command, static_cast<qsizetype>(length));
    redisFreeCommand(command);
    return bytes;
}

void RedisReader::Closer::operator()(redisReader *reader) const
{
    redisReaderFree(reader);
}

RedisReader::RedisReader() : m_reader(redisReaderCreate())
{
    if (!m_reader)
        throw std::bad_alloc();
    m_reader->fn = bounded(*m_reader->fn);
}

RedisReader::~RedisReader() = default;

void RedisReader::feed(QByteArrayView bytes)
{
    m_pending += bytes.size();
    m_broken = m_broken || redisReaderFeed(m_reader.get(), bytes.data(), static_cast<std::size_t>(bytes.size())) != REDIS_OK;
}

std::optional<RedisReply> RedisReader::next()
{
    void *raw = nullptr;
    if (m_broken || redisReaderGetReply(m_reader.get(), &raw) != REDIS_OK) {
        m_broken = true;
        return std::nullopt;
    }
    if (!raw) {
        m_broken = m_pending > mostPending;
        return std::nullopt;
    }
    m_pending = 0;
    const std::unique_ptr<void, void (*)(void *)> owned(raw, freeReplyObject);
    return converted(*static_cast<const redisReply *>(raw));
}

} // namespace aegis
