#include "server/http/transport/ReplyRoute.h"

#include "server/http/transport/GuardSocket.h"

namespace aegis::http {

void ReplyRoute::deliver(const std::shared_ptr<ReplyRoute> &route, quint64 request, std::optional<HttpReply> reply)
{
    if (std::this_thread::get_id() == route->thread) {
        if (route->socket)
            route->socket->answer(request, std::move(reply));
        return;
    }
    // Weak: were the thread to end before this arrives, a route that its own event holds would never go.
    route->loop.post([weak = std::weak_ptr(route), request, reply = std::move(reply)]() mutable {
        if (const auto alive = weak.lock())
            deliver(alive, request, std::move(reply));
    });
}

} // namespace aegis::http
