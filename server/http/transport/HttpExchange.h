#pragma once

#include "server/async/Deadline.h"
#include "server/http/transport/HttpReply.h"
#include "server/http/transport/HttpRequest.h"

#include <atomic>
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

    /// What the transport keeps an eye on, for as long as a copy of the exchange is there.
    struct Served {
        const HttpRequest request;
        std::atomic<bool> isOverdue{false}; ///< set by the transport, on its I/O thread, when it answers in the handler's place
    };

    /// Made by the transport for each request, and by tests that need no connection.
    HttpExchange(HttpRequest request, Receiver receiver, Deadline deadline = noDeadline);

    const HttpRequest &request() const;
    /// When the transport will answer in the handler's place.
    Deadline deadline() const;
    /// Without the duty.
    std::weak_ptr<Served> served() const;
    /// Whether the time for the answer has passed: the client was told `handler_timeout`, and that was told to the observers. What
    /// answer() is given now reaches nobody. Certain on the I/O thread that the request came on.
    bool isOverdue() const;
    /// Exactly once. Any thread may call it; on the I/O thread that the request came on it takes effect at once.
    void answer(HttpReply reply);

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace aegis::http
