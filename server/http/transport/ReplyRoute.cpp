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
    route->loop.post([route, request, reply = std::move(reply)]() mutable { deliver(route, request, std::move(reply)); });
}

} // namespace aegis::http
