#include "server/sessions/RevocationSignal.h"

namespace aegis {
namespace {

using namespace std::chrono_literals;

/// How long one wait for a notification takes, which the end of the server waits for.
constexpr auto oneWait = 100ms;
constexpr auto pauseAfterFailure = 1'000ms;

} // namespace

void RedisRevocationSignal::announce()
{
    m_redis.publish(m_channel, "news");
}

void RedisRevocationSignal::listen(std::function<void()> onNews)
{
    m_redis.subscribe(m_channel, std::move(onNews));
}

void PostgresRevocationSignal::listen(std::function<void()> onNews)
{
    m_onNews = std::move(onNews);
    m_loop = std::make_unique<BackgroundLoop>(
        BackgroundLoop::Options{.name = "revocation-news", .pause = 1ms, .step = [this] { return step(); }, .pauseAfterFailure = pauseAfterFailure});
    m_loop->startInBackground();
}

Result<void> PostgresRevocationSignal::step()
{
    if (!m_connection || !m_connection->isUsable()) {
        m_connection.reset();
        TRY(m_connection, Connection::open(m_target, m_settings));
        if (const auto error = m_connection->script("listen aegis_revocation")) {
            m_connection.reset();
            return Problem(ProblemCode::DatabaseUnavailable).withInternal(error->internal);
        }
        m_onNews(); // what came while nobody listened
        return {};
    }
    if (!m_connection->takeNotifications(oneWait).empty())
        m_onNews();
    return {};
}

} // namespace aegis
