#include "server/redis/RedisConnection.h"

#include <QtNetwork/QSslCertificate>
#include <QtNetwork/QSslSocket>

namespace aegis {
namespace {

using namespace std::chrono_literals;

constexpr auto firstPause = 50ms;
constexpr auto longestPause = 2'000ms;
/// To connect and to authenticate takes several round trips, and TLS some computing.
constexpr int openingTimeouts = 10;

Problem unavailable(const QString &reason)
{
    return Problem(ProblemCode::Overloaded).withInternal(QStringLiteral("Redis: ") + reason);
}

} // namespace

RedisConnection::RedisConnection(RedisTarget target, Events events) :
    m_target(std::move(target)), m_events(std::move(events)), m_tls(QSslConfiguration::defaultConfiguration())
{
    if (!m_target.caFile.isEmpty())
        m_tls.setCaCertificates(QSslCertificate::fromPath(m_target.caFile));
    m_retry.setSingleShot(true);
    QObject::connect(&m_retry, &QTimer::timeout, &m_context, [this] { open(); });
    m_watch.setInterval(std::max<std::chrono::milliseconds>(5ms, m_target.timeout / 4));
    QObject::connect(&m_watch, &QTimer::timeout, &m_context, [this] { watch(); });
}

RedisConnection::~RedisConnection()
{
    if (m_socket) {
        m_socket->disconnect();
        delete m_socket;
    }
    for (const Waiting &waiting : m_waiting)
        waiting.receiver(unavailable(QStringLiteral("the server is shutting down")));
}

void RedisConnection::open()
{
    m_reader = std::make_unique<RedisReader>();
    m_openedAt = Clock::now();
    m_socket = new QSslSocket;
    QObject::connect(m_socket, &QSslSocket::errorOccurred, &m_context, [this] { drop(m_socket->errorString()); });
    QObject::connect(m_socket, &QSslSocket::disconnected, &m_context, [this] { drop(QStringLiteral("it has closed the connection")); });
    QObject::connect(m_socket, &QSslSocket::readyRead, &m_context, [this] { read(); });
    m_watch.start();
    if (m_target.tls) {
        m_socket->setSslConfiguration(m_tls);
        QObject::connect(m_socket, &QSslSocket::encrypted, &m_context, [this] { greet(); });
        m_socket->connectToHostEncrypted(m_target.host, m_target.port);
    } else {
        QObject::connect(m_socket, &QSslSocket::connected, &m_context, [this] { greet(); });
        m_socket->connectToHost(m_target.host, m_target.port);
    }
}

void RedisConnection::greet()
{
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    const auto whenGood = [this](const Result<RedisReply> &reply) {
        if (reply && reply->isError())
            drop(QString::fromUtf8(reply->text.left(200)));
        else if (reply)
            becomeReady();
    };
    if (m_target.password.isEmpty())
        return send({"PING"}, whenGood); // tells a Redis that wants a password, or no Redis at all, from one that works
    QByteArrayList words{"AUTH"};
    if (!m_target.user.isEmpty())
        words.append(m_target.user.toUtf8());
    words.append(m_target.password.reveal().toByteArray());
    send(words, whenGood);
}

void RedisConnection::becomeReady()
{
    m_isReady = true;
    m_pause = 0ms;
    m_events.ready();
}

void RedisConnection::send(const QByteArrayList &words, Receiver receiver)
{
    if (!m_socket || m_socket->state() != QAbstractSocket::ConnectedState)
        return receiver(unavailable(QStringLiteral("there is no connection")));
    m_waiting.push_back({std::move(receiver), Clock::now()});
    if (!m_watch.isActive())
        m_watch.start();
    m_socket->write(redisCommand(words));
}

void RedisConnection::sendForPush(const QByteArrayList &words)
{
    if (m_socket)
        m_socket->write(redisCommand(words));
}

void RedisConnection::read()
{
    while (m_socket && m_socket->bytesAvailable() > 0) {
        std::array<char, 16 * 1024> buffer;
        const qint64 count = m_socket->read(buffer.data(), buffer.size());
        if (count <= 0)
            return;
        m_reader->feed(QByteArrayView(buffer.data(), count));
        while (std::optional<RedisReply> reply = m_reader->next()) {
            if (!m_waiting.empty()) {
                const Receiver receiver = std::move(m_waiting.front().receiver);
                m_waiting.pop_front();
                receiver(*std::move(reply));
            } else if (m_events.pushed) {
                m_events.pushed(*reply);
            } else {
                return drop(QStringLiteral("it said what nobody had asked for"));
            }
            if (!m_socket)
                return; // what was told has dropped it
        }
        if (m_reader->isBroken())
            return drop(QStringLiteral("what it said is not understood"));
    }
}

void RedisConnection::watch()
{
    const auto now = Clock::now();
    if (!m_isReady && m_socket && now - m_openedAt > openingTimeouts * m_target.timeout)
        return drop(QStringLiteral("it could not be reached in time"));
    if (m_waiting.empty()) {
        if (m_isReady)
            m_watch.stop();
    } else if (now - m_waiting.front().since > m_target.timeout && (m_isReady || m_waiting.size() > 1)) {
        drop(QStringLiteral("it has not answered in time"));
    }
}

void RedisConnection::drop(const QString &reason)
{
    if (!m_socket)
        return;
    m_socket->disconnect();
    m_socket->abort();
    m_socket->deleteLater(); // it may be the one that called
    m_socket = nullptr;
    m_isReady = false;
    m_watch.stop();
    m_pause = std::clamp<std::chrono::milliseconds>(2 * m_pause, firstPause, longestPause);
    m_retry.start(m_pause);
    m_events.lost(reason);
    for (std::deque<Waiting> lost = std::exchange(m_waiting, {}); const Waiting &waiting : lost)
        waiting.receiver(unavailable(reason));
}

} // namespace aegis
