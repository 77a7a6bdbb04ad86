#include "tests/bench/HttpLoad.h"

#include "tests/bench/BenchmarkFailed.h"
#include "tests/bench/TcpSocket.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <queue>

namespace aegis::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// A client at work.
struct Connection {
    HttpLoad *load;
    Client *client;
    TcpSocket socket;
    Clock::time_point sentAt;
    QByteArray received; ///< of an answer that has not come whole
    bool isAsking = false;
};

class Run {
public:
    explicit Run(std::span<HttpLoad *const> loads);
    ~Run() { ::close(m_epoll); }
    Run(const Run &) = delete;
    Run &operator=(const Run &) = delete;

    void goOn(std::chrono::milliseconds time);

private:
    using Due = std::pair<Clock::time_point, std::size_t>;

    void watch(std::size_t index);
    void ask(std::size_t index);
    void askThoseDue();
    int wait() const;
    void read(std::size_t index);
    void answered(std::size_t index, const HttpAnswer &answer);

    const int m_epoll = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<Connection> m_connections;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> m_due;
    Clock::time_point m_end;
    std::size_t m_asking = 0;
};

Run::Run(std::span<HttpLoad *const> loads)
{
    for (HttpLoad *const load : loads) {
        for (const auto &client : load->clients) {
            m_connections.push_back({load, client.get(), TcpSocket::connectTo(load->port), {}, {}});
            watch(m_connections.size() - 1);
        }
    }
}

void Run::watch(std::size_t index)
{
    const TcpSocket &socket = m_connections[index].socket;
    socket.setBlocking(false);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, socket.descriptor(), &event) != 0)
        throw BenchmarkFailed(qt_error_string());
}

void Run::ask(std::size_t index)
{
    Connection &connection = m_connections[index];
    const QByteArray request = connection.client->request();
    connection.sentAt = Clock::now();
    if (connection.sentAt >= m_end)
        return;
    if (!connection.socket.send(request))
        throw BenchmarkFailed(QStringLiteral("a connection was cut: %1").arg(qt_error_string()));
    connection.isAsking = true;
    ++m_asking;
}

void Run::askThoseDue()
{
    while (!m_due.empty() && m_due.top().first <= Clock::now()) {
        const std::size_t index = m_due.top().second;
        m_due.pop();
        ask(index);
    }
}

/// Milliseconds until somebody is due; long enough otherwise for a server that hangs to be noticed.
int Run::wait() const
{
    if (m_due.empty())
        return 10'000;
    return static_cast<int>(std::max<qint64>(0, std::chrono::ceil<std::chrono::milliseconds>(m_due.top().first - Clock::now()).count()));
}

void Run::goOn(std::chrono::milliseconds time)
{
    const Clock::time_point begin = Clock::now();
    m_end = begin + time;
    for (std::size_t i = 0; i < m_connections.size(); ++i)
        ask(i);
    while (m_asking > 0 || (!m_due.empty() && Clock::now() < m_end)) {
        std::array<epoll_event, 64> events;
        const int count = ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), wait());
        if (count == 0 && m_due.empty())
            throw BenchmarkFailed(QStringLiteral("the server does not answer"));
        for (int i = 0; i < count; ++i)
            read(events[static_cast<std::size_t>(i)].data.u64);
        askThoseDue();
    }
    for (const Connection &connection : m_connections)
        connection.load->seconds = std::chrono::duration<double>(m_end - begin).count();
}

void Run::read(std::size_t index)
{
    Connection &connection = m_connections[index];
    std::array<char, 16 * 1024> buffer;
    const ssize_t count = ::recv(connection.socket.descriptor(), buffer.data(), buffer.size(), 0);
    if (count <= 0) {
        if (count < 0 && errno == EAGAIN)
            return;
        throw BenchmarkFailed(QStringLiteral("the server closed a connection that it had not said it would"));
    }
    QByteArrayView bytes(buffer.data(), count);
    if (!connection.received.isEmpty())
        bytes = connection.received.append(bytes);
    HttpAnswer answer;
    if (HttpAnswer::take(bytes, answer) > 0) {
        answered(index, answer);
        m_connections[index].received.clear();
    } else if (connection.received.isEmpty()) {
        connection.received = bytes.toByteArray();
    }
}

void Run::answered(std::size_t index, const HttpAnswer &answer)
{
    Connection &connection = m_connections[index];
    const Clock::time_point now = Clock::now();
    connection.isAsking = false;
    --m_asking;
    if (!connection.client->hear(answer)) {
        if (connection.load->failures++ == 0)
            connection.load->firstFailure = QByteArray::number(answer.status) + ' ' + answer.body.toByteArray();
    } else if (now < m_end) {
        connection.load->latencies.add(now - connection.sentAt);
    }
    if (answer.closes) {
        connection.socket = TcpSocket::connectTo(connection.load->port);
        watch(index);
    }
    if (connection.load->pause.count() > 0)
        m_due.emplace(now + connection.load->pause, index);
    else
        ask(index);
}

} // namespace

void run(std::span<HttpLoad *const> loads, std::chrono::milliseconds time)
{
    for (HttpLoad *const load : loads)
        load->latencies.clear();
    Run(loads).goOn(time);
    for (const HttpLoad *const load : loads) {
        if (load->failures > 0)
            throw BenchmarkFailed(
                QStringLiteral("%1 answers were wrong, the first of them: %2").arg(load->failures).arg(QString::fromUtf8(load->firstFailure)));
    }
}

} // namespace aegis::bench
