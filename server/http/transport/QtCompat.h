#pragma once

#include <QtHttpServer/QHttpServer>
#include <QtHttpServer/QHttpServerRequest>
#include <QtHttpServer/QHttpServerResponder>
#include <QtNetwork/QTcpServer>

#if QT_VERSION >= QT_VERSION_CHECK(6, 10, 0)
#include <QtHttpServer/QHttpServerConfiguration>
#endif

#include <functional>
#include <utility>

/// The little of QHttpServer that the transport uses, in one form for Qt 6.4 (Debian 12) to current Qt; its interface
/// changed in 6.8.
namespace aegis::http::qtcompat {

/// Binds a listening server; the QHttpServer owns it from then on when that succeeds.
inline bool bind(QHttpServer &httpServer, QTcpServer *server)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    return httpServer.bind(server);
#else
    httpServer.bind(server);
    return server->isListening();
#endif
}

/// Calls the function for each request, for there are no routes. Its responder ends at once: the guard answers.
inline void setOnRequest(QHttpServer &httpServer, std::function<void()> onRequest)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    httpServer.setMissingHandler(&httpServer,
                                 [onRequest = std::move(onRequest)](const QHttpServerRequest &, QHttpServerResponder &) { onRequest(); });
#else
    httpServer.setMissingHandler([onRequest = std::move(onRequest)](const QHttpServerRequest &, QHttpServerResponder &&) { onRequest(); });
#endif
}

/// From 6.10 on QHttpServer ends connections that it believes idle; it cannot see what the guard is doing on them.
inline void leaveLimitsToGuard(QHttpServer &httpServer)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 10, 0)
    QHttpServerConfiguration configuration = httpServer.configuration();
    configuration.setKeepAliveTimeout(std::chrono::hours(24));
    httpServer.setConfiguration(configuration);
#else
    static_cast<void>(httpServer);
#endif
}

} // namespace aegis::http::qtcompat
