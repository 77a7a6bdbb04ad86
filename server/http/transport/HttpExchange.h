#pragma once

#include "server/http/transport/HttpReply.h"
#include "server/http/transport/HttpRequest.h"

#include <functional>
#include <memory>
#include <optional>

namespace aegis::http {

/// One request and the duty to answer it. Copies share the duty. When the last copy goes without an answer, the client
/// gets the problem `internal`. Answering after the client has gone, or after the time for it has passed, does nothing.
class HttpExchange {
public:
    /// Gets the answer, or nothing when there will be none; called once, on the thread of answer() or of the last copy.
    using Receiver = std::function<void(std::optional<HttpReply>)>;

    /// Made by the transport for each request, and by tests that need no connection.
    HttpExchange(HttpRequest request, Receiver receiver);

    const HttpRequest &request() const;
    /// The request for as long as a copy of the exchange is there, without the duty.
    std::weak_ptr<const HttpRequest> observedRequest() const { return std::shared_ptr<const HttpRequest>(m_state, &request()); }
    /// Exactly once. Any thread may call it; on the I/O thread that the request came on it takes effect at once.
    void answer(HttpReply reply);

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace aegis::http
