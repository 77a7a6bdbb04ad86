#pragma once

#include "server/async/EventLoop.h"
#include "server/http/transport/ConnectionTable.h"
#include "server/http/transport/HttpReply.h"

#include <memory>
#include <optional>
#include <thread>

namespace aegis::http {

class GuardSocket;

/// The way from an exchange back to its connection. It outlives the connection when the client leaves early: then it
/// leads nowhere, but holds the connection's place until the request has been worked on.
struct ReplyRoute {
    /// Hands the answer over, on the I/O thread whichever thread this is. `request` counts the connection's requests: an
    /// answer that comes too late does not become another request's.
    static void deliver(const std::shared_ptr<ReplyRoute> &route, quint64 request, std::optional<HttpReply> reply);

    GuardSocket *socket; ///< null when it is gone; I/O thread only
    const EventLoop loop;
    const std::thread::id thread;
    const std::shared_ptr<ConnectionTable::Place> place;
};

} // namespace aegis::http
