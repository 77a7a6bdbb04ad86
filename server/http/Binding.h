#pragma once

#include "server/async/Task.h"
#include "server/context/RequestContext.h"
#include "server/http/IssuedTokens.h"
#include "server/http/ReplyOf.h"
#include "shared/endpoints/Endpoint.h"
#include "shared/json/JsonDecoder.h"

#include <memory>
#include <type_traits>

namespace aegis::http {

/// A decoded request, ready to be handled.
class PreparedCall {
public:
    PreparedCall() = default;
    PreparedCall(const PreparedCall &) = delete;
    PreparedCall &operator=(const PreparedCall &) = delete;
    virtual ~PreparedCall() = default;

    /// Calls the handler and makes the reply of its answer, without what the pipeline adds. Once; this object and the
    /// context outlive the task.
    virtual Task<Result<HttpReply>> run(const RequestContext &context) = 0;

    /// Whether it brings no refresh token of its own, where a cookie may stand in for one.
    bool isWithoutRefreshToken = false;

    /// After that: the tokens that are not in the reply, because the client wants them in cookies.
    std::optional<IssuedTokens> tokens;
};

/// What is wrong with the parameters of a form, as those who speak OAuth have it (RFC 6749, 5.2): 400 with a sentence.
inline Problem malformedForm(Problem problem)
{
    if (problem.code != ProblemCode::ValidationFailed || problem.fields.empty())
        return problem;
    return Problem(ProblemCode::MalformedForm, problem.fields.front().field + QStringLiteral(": ") + problem.fields.front().message);
}

/// An endpoint with its handler.
class Binding {
public:
    explicit Binding(const EndpointInfo &info) : m_info(info) {}
    Binding(const Binding &) = delete;
    Binding &operator=(const Binding &) = delete;
    virtual ~Binding() = default;

    const EndpointInfo &info() const { return m_info; }
    virtual bool takesBody() const = 0;
    virtual bool takesForm() const = 0;
    /// Reads the request's fields. The binding outlives the call.
    virtual Result<std::unique_ptr<PreparedCall>> decode(const RequestSource &source) const = 0;

private:
    const EndpointInfo &m_info;
};

template <Endpoint E, class Handler> class HandlerCall final : public PreparedCall {
public:
    HandlerCall(const Handler &handler, typename E::Request request) : m_handler(handler), m_request(std::move(request))
    {
        if constexpr (E::info.takesRefreshCookie)
            isWithoutRefreshToken = !m_request.refreshToken;
    }

    Task<Result<HttpReply>> run(const RequestContext &context) override
    {
        using Answer = Result<typename E::Response>;
        using Given = std::invoke_result_t<const Handler &, const RequestContext &, typename E::Request>;
        if constexpr (std::is_convertible_v<Given, Answer>) {
            Answer answer = m_handler(context, std::move(m_request));
            co_return replyTo(context, std::move(answer));
        } else {
            Given task = m_handler(context, std::move(m_request));
            Answer answer = co_await task;
            co_return replyTo(context, std::move(answer));
        }
    }

private:
    Result<HttpReply> replyTo(const RequestContext &context, Result<typename E::Response> answer)
    {
        if (!answer.ok())
            return std::move(answer).problem();
        if constexpr (E::info.deliversTokens) {
            if (context.delivery.byCookie)
                tokens = takeTokens(answer.value());
        }
        return replyOf<E>(answer.value());
    }

    const Handler &m_handler;
    typename E::Request m_request;
};

template <Endpoint E, class Handler> class HandlerBinding final : public Binding {
public:
    explicit HandlerBinding(Handler handler) : Binding(E::info), m_handler(std::move(handler)) {}

    bool takesBody() const override { return aegis::takesBody<E>(); }
    bool takesForm() const override { return aegis::takesForm<E>(); }
    Result<std::unique_ptr<PreparedCall>> decode(const RequestSource &source) const override
    {
        auto decoded = decodeRequest<typename E::Request>(source, E::info.bodyIsOptional);
        if (aegis::takesForm<E>() && !decoded)
            return malformedForm(std::move(decoded).problem());
        TRY(typename E::Request request, std::move(decoded));
        return std::unique_ptr<PreparedCall>(std::make_unique<HandlerCall<E, Handler>>(m_handler, std::move(request)));
    }

private:
    const Handler m_handler;
};

} // namespace aegis::http
