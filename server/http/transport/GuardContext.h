#pragma once

#include "server/async/EventLoop.h"
#include "server/http/transport/ConnectionTable.h"
#include "server/http/transport/HttpServer.h"
#include "server/http/transport/TransportCounters.h"
#include "server/http/transport/WaitingQueue.h"

#include <QtCore/QSet>

#include <thread>

namespace aegis::http {

class GuardSocket;

/// What the connections of one I/O thread share. It lives as long as any of them. That thread only.
struct GuardContext {
    HttpLimits limits;
    BodyLimit bodyLimit;
    RefusalRenderer refuse;
    HttpServer::Handler handler;
    std::shared_ptr<ConnectionTable> table;
    std::shared_ptr<TransportCounters> counters;

    EventLoop loop = EventLoop::current();
    std::thread::id thread = std::this_thread::get_id();
    QSet<GuardSocket *> sockets;    ///< that are open
    WaitingQueue waiting;           ///< those of them that could be ended for others
    bool draining = false;          ///< each answer is its connection's last
    std::function<void()> onChange; ///< the number of open sockets has become zero, or is no longer
};

} // namespace aegis::http
