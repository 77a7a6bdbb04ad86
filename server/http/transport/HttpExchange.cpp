#include "server/http/transport/HttpExchange.h"

namespace aegis::http {

struct HttpExchange::State {
    State(HttpRequest itsRequest, Receiver itsReceiver, Deadline itsDeadline) :
        served{.request = std::move(itsRequest)}, receiver(std::move(itsReceiver)), deadline(itsDeadline)
    {
    }
    State(const State &) = delete;
    State &operator=(const State &) = delete;
    ~State()
    {
        if (receiver)
            receiver(std::nullopt);
    }

    Served served;
    Receiver receiver; ///< empty once there is an answer
    const Deadline deadline;
};

HttpExchange::HttpExchange(HttpRequest request, Receiver receiver, Deadline deadline) :
    m_state(std::make_shared<State>(std::move(request), std::move(receiver), deadline))
{
}

const HttpRequest &HttpExchange::request() const
{
    return m_state->served.request;
}

Deadline HttpExchange::deadline() const
{
    return m_state->deadline;
}

std::weak_ptr<HttpExchange::Served> HttpExchange::served() const
{
    return std::shared_ptr<Served>(m_state, &m_state->served);
}

bool HttpExchange::isOverdue() const
{
    return m_state->served.isOverdue.load(std::memory_order_relaxed);
}

void HttpExchange::answer(HttpReply reply)
{
    Q_ASSERT_X(m_state->receiver, "HttpExchange::answer", "a request is answered once");
    if (const Receiver receiver = std::exchange(m_state->receiver, nullptr))
        receiver(std::move(reply));
}

} // namespace aegis::http
