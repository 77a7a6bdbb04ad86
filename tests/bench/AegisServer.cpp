#include "tests/bench/AegisServer.h"

#include "tests/bench/BenchmarkFailed.h"
#include "tests/bench/HttpAnswer.h"
#include "tests/bench/TcpSocket.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonDocument>

#include <sys/socket.h>

#include <array>
#include <thread>

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

QProcessEnvironment environmentOf(const QString &directory, quint16 port, const std::map<QString, QString> &settings)
{
    QProcessEnvironment environment = bareEnvironment();
    environment.insert(QStringLiteral("HOST"), QStringLiteral("127.0.0.1"));
    environment.insert(QStringLiteral("PORT"), QString::number(port));
    environment.insert(QStringLiteral("DATA_DIR"), directory);
    // The load comes from one address. Every call is counted all the same.
    for (const char *name : {"RATE_LIMIT_LOGIN", "RATE_LIMIT_SIGNUP", "RATE_LIMIT_REFRESH", "RATE_LIMIT_MFA", "RATE_LIMIT_MAIL",
                             "RATE_LIMIT_SLUG_CHECK", "RATE_LIMIT_ACCOUNT", "RATE_LIMIT_CLIENT"})
        environment.insert(QLatin1String(name), QStringLiteral("1000000/1s"));
    // An attempt counts as a failure until the password is known to be right, and here one person logs in 64 times at a moment.
    environment.insert(QStringLiteral("LOGIN_FAILURES"), QStringLiteral("1000"));
    environment.insert(QStringLiteral("ACCOUNT_FAILURES"), QStringLiteral("1000"));
    for (const auto &[name, value] : settings)
        environment.insert(name, value);
    return environment;
}

/// The body of the answer; null when there is none, or another status than that.
QByteArray exchange(quint16 port, const QByteArray &request, int wanted)
{
    const TcpSocket socket = TcpSocket::connectTo(port);
    QByteArray received;
    HttpAnswer answer;
    std::array<char, 16 * 1024> buffer;
    bool goesOn = socket.send(request);
    while (goesOn && HttpAnswer::take(received, answer) == 0) {
        const ssize_t count = ::recv(socket.descriptor(), buffer.data(), buffer.size(), 0);
        goesOn = count > 0;
        if (goesOn)
            received.append(buffer.data(), count);
    }
    return answer.status == wanted ? QByteArray("").append(answer.body) : QByteArray();
}

} // namespace

Account Account::of(const QJsonObject &answer)
{
    const auto text = [](const QJsonValue &value) { return value.toString().toUtf8(); };
    return {.email = text(answer[QLatin1String("user")][QLatin1String("email")]),
            .user = text(answer[QLatin1String("user")][QLatin1String("id")]),
            .organization = text(answer[QLatin1String("organization")][QLatin1String("id")]),
            .session = text(answer[QLatin1String("sessionId")]),
            .accessToken = text(answer[QLatin1String("accessToken")]),
            .refreshToken = text(answer[QLatin1String("refreshToken")])};
}

AegisServer::AegisServer(const QString &program, QString directory, const std::map<QString, QString> &settings) :
    m_directory(std::move(directory)), m_port(freePort()), m_begin(std::chrono::steady_clock::now()),
    m_child({.program = program,
             .arguments = {QStringLiteral("run")},
             .environment = environmentOf(m_directory, m_port, settings),
             .logFile = m_directory + QStringLiteral(".log")})
{
    for (bool isReady = false; !isReady;) {
        if (!m_child.isRunning() || std::chrono::steady_clock::now() > m_begin + 60s)
            throw BenchmarkFailed(QStringLiteral("aegisd is not ready; why stands in %1.log").arg(m_directory));
        std::this_thread::sleep_for(1ms);
        try {
            isReady = !exchange(m_port, QByteArrayLiteral("GET /health/ready HTTP/1.1\r\nHost: bench\r\n\r\n"), 200).isNull();
        } catch (const BenchmarkFailed &) { // NOLINT(bugprone-empty-catch): it does not listen yet
        }
    }
    m_startTime = std::chrono::steady_clock::now() - m_begin;
}

QByteArray AegisServer::postmasterLine(int line) const
{
    QFile file(m_directory + QStringLiteral("/postgres/data/postmaster.pid"));
    if (!file.open(QIODevice::ReadOnly))
        throw BenchmarkFailed(QStringLiteral("%1 cannot be read").arg(file.fileName()));
    return file.readAll().split('\n').value(line);
}

qint64 AegisServer::databaseId() const
{
    return postmasterLine(0).toLongLong();
}

QString AegisServer::socketDirectory() const
{
    // A path that is too long for a socket moves the socket elsewhere, so it is asked for.
    return QString::fromUtf8(postmasterLine(4));
}

QByteArray AegisServer::ask(const QByteArray &request, int wanted) const
{
    const QByteArray body = exchange(m_port, request, wanted);
    if (body.isNull())
        throw BenchmarkFailed(QStringLiteral("aegisd refuses %1").arg(QString::fromUtf8(request.split('\r').front())));
    return body;
}

Account AegisServer::signUp()
{
    return Account::of(QJsonDocument::fromJson(ask(postOf("/auth/signup", newcomer()), 201)).object());
}

QByteArray postOf(const char *path, const QByteArray &json)
{
    return QByteArray("POST ").append(path).append(" HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ")
        + QByteArray::number(json.size()) + "\r\n\r\n" + json;
}

QByteArray newcomer()
{
    static int number = 0;
    const QByteArray name = "bench-" + QByteArray::number(++number);
    return R"({"email":")" + name + R"(@example.com","password":")" + AegisServer::password
        + R"(","firstName":"Ada","lastName":"Byron","organizationName":"Example","organizationSlug":")" + name + R"("})";
}

} // namespace aegis::bench
