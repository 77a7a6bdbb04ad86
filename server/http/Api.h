#pragma once

#include "server/http/Binding.h"
#include "shared/endpoints/Endpoints.h"

#include <QtCore/QStringList>

#include <array>

namespace aegis::http {

/// Which handler answers which endpoint. It is filled before the server starts and only read after that, by all I/O threads.
class Api {
public:
    /// Binds the handler of an endpoint:
    ///
    ///     api.on<endpoints::Login>([this](const RequestContext &context, LoginRequest request) {
    ///         return m_service.login(context, std::move(request)); // Task<Result<AuthResponse>>, or Result<AuthResponse>
    ///     });
    ///
    /// The handler runs on the I/O thread of the request and must not wait. The context lives until the task has ended.
    /// The lambda must not itself be a coroutine (its captures would die with it).
    template <Endpoint E, class Handler> void on(Handler handler)
    {
        static_assert(endpoints::All::indexOf<E>() < endpoints::All::size, "the endpoint is not in endpoints::All");
        m_bindings[endpoints::All::indexOf<E>()] = std::make_unique<HandlerBinding<E, Handler>>(std::move(handler));
    }

    /// Operation ids of the endpoints that have no handler; the server must not start with any.
    QStringList missing() const;

    /// The binding of the endpoint at that place in endpoints::All; null when it has none.
    const Binding *at(std::size_t index) const { return m_bindings[index].get(); }

private:
    std::array<std::unique_ptr<Binding>, endpoints::All::size> m_bindings;
};

} // namespace aegis::http
