#include "tests/bench/NginxServer.h"

#include "tests/bench/BenchmarkFailed.h"
#include "tests/bench/TcpSocket.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <thread>

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

// A connection ends after as many requests as with aegisd.
constexpr char configuration[] = R"(daemon off;
worker_processes 1;
pid nginx.pid;
error_log nginx-error.log;
events { worker_connections 1024; }
http {
  access_log %2;
  keepalive_requests 10000;
  server {
    listen 127.0.0.1:%1;
    location / { return 200; }
  }
}
)";

Child::Command commandFor(const QString &directory, quint16 port, NginxServer::AccessLog accessLog)
{
    if (!QDir().mkpath(directory))
        throw BenchmarkFailed(QStringLiteral("%1 cannot be made").arg(directory));
    const QString path = directory + QStringLiteral("/nginx.conf");
    const QString log = accessLog == NginxServer::AccessLog::On ? QStringLiteral("access.log combined") : QStringLiteral("off");
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(QString::fromLatin1(configuration).arg(port).arg(log).toUtf8()) < 0)
        throw BenchmarkFailed(QStringLiteral("%1 cannot be written").arg(path));
    return {.program = QStringLiteral("nginx"),
            .arguments = {QStringLiteral("-p"), directory, QStringLiteral("-e"), directory + QStringLiteral("/nginx-error.log"), QStringLiteral("-c"),
                          path},
            .environment = bareEnvironment(),
            .logFile = directory + QStringLiteral("/nginx.log")};
}

} // namespace

NginxServer::NginxServer(const QString &directory, AccessLog accessLog) : m_port(freePort()), m_child(commandFor(directory, m_port, accessLog))
{
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while ((m_worker = childOf(m_child.id())) == 0) {
        if (std::chrono::steady_clock::now() > deadline)
            throw BenchmarkFailed(QStringLiteral("nginx does not start; why stands in %1").arg(directory));
        std::this_thread::sleep_for(5ms);
    }
    std::this_thread::sleep_for(50ms); // the worker has to begin
}

} // namespace aegis::bench
