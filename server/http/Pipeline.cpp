#include "server/http/Pipeline.h"

#include "server/http/ClientAddress.h"
#include "server/http/CookieGuard.h"
#include "server/http/Cors.h"
#include "server/http/EntityTags.h"
#include "server/http/ProblemDocument.h"
#include "server/http/RequestFields.h"
#include "server/http/Router.h"
#include "server/http/SecurityHeaders.h"

namespace aegis::http {
namespace {

using Clock = std::chrono::steady_clock;

/// What is known about one request while it is on its way.
struct Call {
    explicit Call(HttpExchange itsExchange) : exchange(std::move(itsExchange)), request(exchange.request()) {}

    /// Fills in what follows from the head alone.
    void identify(Instant now, const ClientAddress &clientAddress)
    {
        // 1. Time and correlation id: first, so that every answer, log line and event has them.
        context.now = now;
        context.deadline = exchange.deadline();
        context.correlationId = correlationIdOf(request, now);

        // 2. Client address: before anything is counted or refused, so that both are the client's and not the proxy's.
        context.client.address = clientAddress.of(request);
        context.client.userAgent = userAgentOf(request);
        context.client.viaProxy = ClientAddress::isPassedOn(request);
        context.client.languages = languagesOf(request);
    }

    HttpExchange exchange;
    const HttpRequest &request;
    const Clock::time_point begin = Clock::now();
    RequestContext context;
    const EndpointInfo *endpoint = nullptr; ///< null until one has matched
    std::optional<FormFields> form;         ///< once it has been read
    token_cookies::Received cookies;
    std::optional<Secret> accessCookie; ///< that has authenticated the call
    HeaderList headers;                 ///< for the answer, whatever it will be
};

/// The problem of an exception that has come out of a handler: a bug, told to the log and to nobody else.
Problem problemOf(const std::exception_ptr &exception)
{
    Problem problem(ProblemCode::Internal);
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception &known) {
        problem.withInternal(QStringLiteral("exception out of a handler: ") + QString::fromUtf8(known.what()));
    } catch (...) {
        problem.withInternal(QStringLiteral("exception of an unknown type out of a handler"));
    }
    return problem;
}

/// Who authenticates as OAuth has it is refused as OAuth has it.
ProblemForm formOf(const Call &call)
{
    return call.endpoint && call.endpoint->access.needsClient() ? ProblemForm::OAuth : ProblemForm::Document;
}

/// Whether a refresh was refused in a way after which one has to log in.
bool saysThatItIsDead(const Problem &problem)
{
    return problem.code == ProblemCode::InvalidRefreshToken || problem.code == ProblemCode::RefreshTokenReused;
}

} // namespace

class Pipeline::Stages {
public:
    Stages(PipelineOptions itsOptions, const Api &itsApi, Authenticator &itsAuthenticator, ClientAddress itsClientAddress, Cors itsCors) :
        options(std::move(itsOptions)), api(itsApi), authenticator(itsAuthenticator), clientAddress(std::move(itsClientAddress)),
        cors(std::move(itsCors)), cookieGuard(cors, clientAddress, options.fingerprintKey), router(endpoints::All::infos)
    {
    }

    Task<Result<HttpReply>> answer(Call &call) const;
    HttpReply render(const Call &call, HttpReply reply) const;
    void observe(const Call &call, const HttpReply &reply, const std::optional<Problem> &problem, bool byTransport) const;
    HttpReply refuse(const Refusal &refusal) const;
    qsizetype bodyLimit(QByteArrayView method, QByteArrayView path) const;

private:
    Task<Result<void>> count(Call &call, LimitSubject subject) const;
    Task<Result<void>> authorise(Call &call) const;
    Task<Result<void>> authenticateClient(Call &call, const Binding &binding) const;
    static Result<void> readBody(Call &call, const Binding &binding);
    std::optional<Result<HttpReply>> answerWithoutEndpoint(Call &call, const Router::Match &match) const;
    Result<HttpReply> answerOptions(Call &call, const Router::Match &match) const;
    Result<void> takeCookies(Call &call) const;
    Result<Secret> tokenOf(Call &call) const;
    Result<void> checkCookie(Call &call, const SessionId &session) const;
    Result<void> checkWrite(Call &call, const SessionId &session) const;
    void addCookies(const Call &call, const std::optional<IssuedTokens> &tokens, HttpReply &reply) const;
    bool hasEndedItsSession(const Call &call) const;

    const PipelineOptions options;
    const Api &api;
    Authenticator &authenticator;
    const ClientAddress clientAddress;
    const Cors cors;
    const CookieGuard cookieGuard;
    const Router router;
};

// The whole way of a request, in order. A stage that refuses ends it: what comes after it does not happen, but for the
// last three, which happen to every answer.
Task<Result<HttpReply>> Pipeline::Stages::answer(Call &call) const
{
    const HttpRequest &request = call.request;
    RequestContext &context = call.context;

    // 1. Time and correlation id. 2. Client address.
    call.identify(options.clock(), clientAddress);

    // 3. Route: what follows reads the endpoint's row of the table. Also answers OPTIONS and CORS preflights, which carry
    //    no credentials and so must come before authentication.
    const Router::Match match = router.find(request.method, request.path);
    if (auto early = answerWithoutEndpoint(call, match))
        co_return *std::move(early);
    const Binding &binding = *api.at(match.endpoint);
    call.endpoint = &binding.info();

    // 4. Rate limit by client address (endpoint's rate class): before any work that costs. What is let through is told, too,
    //    how much is left.
    const RateClass rateClass = *call.endpoint->rateClass;
    if (isLimited(rateClass) && rateClass != RateClass::Account)
        CO_CHECK(co_await count(call, LimitSubject::of(context.client.address)));

    // 5. Authenticate: who asks. From memory where that is possible; nothing is decoded for strangers. Tokens in cookies come with
    //    whatever a browser sends, so a write needs a sign that a page which may call meant it: that is part of who asks.
    CO_CHECK(takeCookies(call));
    if (call.endpoint->access.needsToken()) {
        CO_TRY(const Secret token, tokenOf(call));
        std::optional<Result<Principal>> principal = authenticator.authenticateAtOnce(token, context.now);
        if (!principal) {
            Task<Result<Principal>> task = authenticator.authenticate(token, context.now);
            principal.emplace(co_await task);
        }
        CO_TRY(Principal known, *std::move(principal));
        if (call.accessCookie)
            CO_CHECK(checkCookie(call, known.actor.session));
        context.tenant = known.tenant;
        context.actor = std::move(known.actor);
    }
    if (call.endpoint->access.needsClient())
        CO_CHECK(co_await authenticateClient(call, binding));

    // 6. Rate limit by account: only now is it known whose; before the question what that person may costs a look at the database.
    if (rateClass == RateClass::Account)
        CO_CHECK(co_await count(call, LimitSubject::of(context.actor.user)));
    if (rateClass == RateClass::Client)
        CO_CHECK(co_await count(call, LimitSubject::of(UserId(context.application.id.uuid()))));

    // 7. Authorise: whether that person may.
    if (call.endpoint->access.kind() == Access::Kind::Permission)
        CO_CHECK(co_await authorise(call));

    // 8. Decode: the only stage that looks at the body; the handler gets a typed request or is not called.
    if (!call.form)
        CO_CHECK(readBody(call, binding));
    if (call.endpoint->takesIdempotencyKey) {
        CO_TRY(context.idempotency, idempotencyKeyOf(request, *call.endpoint->operationId, context.actor.user, options.fingerprintKey));
    }
    const HttpRequestSource source(request, match.parameters, call.form ? &*call.form : nullptr);
    CO_TRY(const std::unique_ptr<PreparedCall> prepared, binding.decode(source));

    // 9. Handler. From here on the context does not change.
    Task<Result<HttpReply>> task = prepared->run(context);
    Result<HttpReply> reply = co_await task;
    if (reply.ok()) {
        if (call.endpoint->hasEntityTag)
            leaveOutWhatTheClientHas(request, *reply);
        addCookies(call, prepared->tokens, *reply);
    } else if (prepared->isWithoutRefreshToken && !context.delivery.refreshToken.isEmpty() && saysThatItIsDead(reply.problem())) {
        token_cookies::clear(call.headers); // else the client would come with it again and again
    }
    co_return reply;

    // 10. Render, 11. access log, 12. metrics: see Pipeline::handle(), which also does them for refusals and exceptions.
}

/// Whether the person has the endpoint's permission by now, whatever the token says: a role that was taken away counts at once.
Task<Result<void>> Pipeline::Stages::authorise(Call &call) const
{
    if (!options.authorizer)
        co_return Problem(ProblemCode::Forbidden);
    Task<Result<Authority>> task = options.authorizer->authorityOf(call.context);
    CO_TRY(call.context.authority, co_await task);
    const Permission needed = call.endpoint->access.permission();
    const Reach reach = call.context.authority.reachOf(needed);
    if (reach == Reach::Nowhere || (permissionInfo(needed).platformOnly && reach != Reach::Everywhere))
        co_return Problem(ProblemCode::Forbidden);
    co_return Result<void>();
}

/// Its credentials may stand in the form, so that is read before; nothing of it is acted upon.
Task<Result<void>> Pipeline::Stages::authenticateClient(Call &call, const Binding &binding) const
{
    CO_CHECK(readBody(call, binding));
    const FormFields none;
    CO_TRY(const ClientCredentials credentials, ClientCredentials::of(call.request, call.form ? *call.form : none));
    if (!options.clients)
        co_return Problem(ProblemCode::InvalidClient);
    Task<Result<ClientApplication>> task = options.clients->authenticate(credentials, call.context.now);
    CO_TRY(call.context.application, co_await task);
    co_return Result<void>();
}

/// Looks at the type of the body and, when it is a form, reads its parameters.
Result<void> Pipeline::Stages::readBody(Call &call, const Binding &binding)
{
    CHECK(checkBody(call.request, binding.takesBody(), binding.takesForm()));
    if (binding.takesForm()) {
        TRY(call.form, FormFields::parse(call.request.body));
    }
    return {};
}

/// Counts the call and tells the client of it (draft-ietf-httpapi-ratelimit-headers-10); `rate_limited`.
Task<Result<void>> Pipeline::Stages::count(Call &call, LimitSubject subject) const
{
    if (!options.limiter)
        co_return Result<void>();
    const RateClass rateClass = *call.endpoint->rateClass;
    std::optional<RateVerdict> verdict = options.limiter->countAtOnce(rateClass, subject, call.context.now);
    if (!verdict) {
        Task<RateVerdict> task = options.limiter->count(rateClass, subject, call.context.now);
        verdict.emplace(co_await task);
    }
    std::erase_if(call.headers, [](const auto &field) { return field.first.startsWith("RateLimit"); }); // of the first of two counts
    call.headers.emplace_back(QByteArrayLiteral("RateLimit-Policy"), std::move(verdict->policy));
    call.headers.emplace_back(QByteArrayLiteral("RateLimit"), std::move(verdict->state));
    if (!verdict->isAllowed)
        co_return Problem(ProblemCode::RateLimited).withRetryAfter(verdict->retryAfter);
    co_return Result<void>();
}

/// Reads what concerns tokens in cookies. The cookie of the refresh token stands in for the body's only when the client has said
/// that it uses cookies: a field that no form and no page of another origin can send.
Result<void> Pipeline::Stages::takeCookies(Call &call) const
{
    if (!call.request.headers.contains("Cookie") && !call.request.headers.contains("X-Token-Delivery"))
        return {};
    const EndpointInfo &endpoint = *call.endpoint;
    TRY(call.context.delivery.byCookie, token_cookies::areWanted(call.request));
    call.cookies = token_cookies::receivedIn(call.request);
    if (!call.context.delivery.byCookie)
        return {};
    if (endpoint.deliversTokens)
        CHECK(cookieGuard.checkOrigin(call.request));
    if (endpoint.takesRefreshCookie && !call.cookies.refreshToken.empty()) {
        TRY(const Secret token, token_cookies::theOnly(call.cookies.refreshToken));
        const auto session = authenticator.sessionOfRefreshToken(token);
        if (!session) {
            token_cookies::clear(call.headers);
            return ProblemCode::InvalidRefreshToken;
        }
        CHECK(checkWrite(call, *session));
        call.context.delivery.refreshToken = token;
    }
    return {};
}

/// The access token: what `Authorization` says, and only where that is not there the cookie. A client that sends the field has
/// chosen whom it speaks for, which no page of another origin can do for it.
Result<Secret> Pipeline::Stages::tokenOf(Call &call) const
{
    if (call.cookies.accessToken.empty() || call.request.headers.contains("Authorization"))
        return bearerTokenOf(call.request);
    TRY(const Secret token, token_cookies::theOnly(call.cookies.accessToken));
    call.accessCookie = token;
    return checkedToken(token.reveal());
}

/// Whether a page that may call, or a proxy that knows, meant the call that the access cookie has authenticated.
Result<void> Pipeline::Stages::checkCookie(Call &call, const SessionId &session) const
{
    if (call.endpoint->accessCookie == AccessCookie::ProxiedCall)
        return cookieGuard.checkProxied(call.request);
    return *call.endpoint->method == Method::Get ? Result<void>() : checkWrite(call, session);
}

/// A page that may call and has lost the CSRF token is told it with the refusal, which no other page can read. The cookie of the
/// token must be right: nobody plants that one, so it is the session that the page has logged in to.
Result<void> Pipeline::Stages::checkWrite(Call &call, const SessionId &session) const
{
    Result<void> checked = cookieGuard.checkWrite(call.request, call.cookies, session);
    if (!checked && checked.problem().code == ProblemCode::CsrfTokenInvalid && cookieGuard.hasItsCookie(call.cookies, session))
        call.headers.emplace_back(QByteArrayLiteral("X-CSRF-Token"), token_cookies::csrfTokenOf(session, options.fingerprintKey));
    return checked;
}

void Pipeline::Stages::addCookies(const Call &call, const std::optional<IssuedTokens> &tokens, HttpReply &reply) const
{
    if (tokens)
        token_cookies::set(*tokens, call.request, options.fingerprintKey, reply.headers);
    else if (call.accessCookie && call.endpoint->tellsCsrfToken)
        reply.headers.emplace_back(QByteArrayLiteral("X-CSRF-Token"), token_cookies::csrfTokenOf(call.context.actor.session, options.fingerprintKey));
    if (hasEndedItsSession(call))
        token_cookies::clear(reply.headers);
}

/// Whether a write that the access cookie has authenticated has made it worthless: a logout, or the end of the session in the list. What
/// `Authorization` ends has nothing to do with the cookies, which may be another session's.
bool Pipeline::Stages::hasEndedItsSession(const Call &call) const
{
    if (!call.accessCookie || *call.endpoint->method == Method::Get)
        return false;
    const auto principal = authenticator.authenticateAtOnce(*call.accessCookie, call.context.now);
    return principal && !principal->ok() && principal->problem().code == ProblemCode::InvalidToken;
}

/// The answer to a request that no endpoint handles; nothing: one does.
std::optional<Result<HttpReply>> Pipeline::Stages::answerWithoutEndpoint(Call &call, const Router::Match &match) const
{
    switch (match.kind) {
    case Router::Match::Kind::Endpoint:
        return std::nullopt;
    case Router::Match::Kind::NotFound:
        return Result<HttpReply>(ProblemCode::NotFound);
    case Router::Match::Kind::MethodNotAllowed:
        call.headers.emplace_back(QByteArrayLiteral("Allow"), match.allow);
        return Result<HttpReply>(ProblemCode::MethodNotAllowed);
    case Router::Match::Kind::Options:
        break;
    }
    return answerOptions(call, match);
}

/// A proxy that asks an endpoint with a token whether it may let a request through, and keeps the method, must not hear
/// "yes" (204) without one. Browsers send preflights without a token, so those of pages that may call are answered.
Result<HttpReply> Pipeline::Stages::answerOptions(Call &call, const Router::Match &match) const
{
    call.headers.emplace_back(QByteArrayLiteral("Allow"), match.allow);
    const bool mayPreflight = Cors::isPreflight(call.request) && cors.allows(call.request);
    if (match.needsToken && !mayPreflight)
        return ProblemCode::Unauthenticated;
    HttpReply reply;
    reply.status = 204;
    if (mayPreflight)
        cors.addPreflight(call.request, match.allow, reply.headers);
    return reply;
}

/// What every answer gets, a refusal too.
HttpReply Pipeline::Stages::render(const Call &call, HttpReply reply) const
{
    reply.headers.reserve(reply.headers.size() + call.headers.size() + 4);
    reply.headers.insert(reply.headers.end(), call.headers.begin(), call.headers.end());
    reply.headers.emplace_back(QByteArrayLiteral("X-Correlation-ID"), call.context.correlationId.text());
    addSecurityHeaders(reply, options.hsts && clientAddress.isEncrypted(call.request));
    cors.addTo(call.request, reply.headers);
    return reply;
}

void Pipeline::Stages::observe(const Call &call, const HttpReply &reply, const std::optional<Problem> &problem, bool byTransport) const
{
    const AccessRecord record{
        .operation = call.endpoint ? *call.endpoint->operationId : std::string_view(),
        .method = call.request.method,
        .path = call.request.path,
        .status = reply.status,
        .duration = Clock::now() - call.begin,
        .requestBytes = call.request.body.size(),
        .replyBytes = reply.body.size(),
        .byTransport = byTransport,
        .context = call.context,
        .problem = problem ? std::optional(problem->code) : std::nullopt,
        .internal = problem ? problem->internal : QString(),
    };
    for (const auto &observer : options.observers)
        observer(record);
}

HttpReply Pipeline::Stages::refuse(const Refusal &refusal) const
{
    HttpRequest request = refusal.request ? *refusal.request : HttpRequest();
    request.peer = refusal.peer;
    request.tls = refusal.tls;
    Call call(HttpExchange(std::move(request), nullptr));
    call.identify(options.clock(), clientAddress);
    std::optional<Problem> problem(refusal.code);
    if (refusal.reason) {
        problem->detail = QString::fromLatin1(refusal.reason);
        problem->withInternal(problem->detail);
    }
    HttpReply reply = render(call, http::renderProblem(*problem, call.context.correlationId));
    observe(call, reply, problem, true);
    return reply;
}

qsizetype Pipeline::Stages::bodyLimit(QByteArrayView method, QByteArrayView path) const
{
    constexpr qsizetype ofNoEndpoint = 16 * 1024;
    const Router::Match match = router.find(method, path);
    if (match.kind != Router::Match::Kind::Endpoint)
        return ofNoEndpoint;
    const Binding &binding = *api.at(match.endpoint);
    return binding.takesBody() ? binding.info().largestBody : 0;
}

Pipeline::Pipeline(std::unique_ptr<const Stages> stages) : m_stages(std::move(stages)) {}

Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::make(PipelineOptions options, const Api &api, Authenticator &authenticator)
{
    if (const QStringList missing = api.missing(); !missing.isEmpty())
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("endpoints without a handler: ") + missing.join(QStringLiteral(", ")));
    TRY(ClientAddress clientAddress, ClientAddress::trusting(options.trustedProxies));
    TRY(Cors cors, Cors::allowing(options.corsOrigins));
    auto stages = std::make_unique<const Stages>(std::move(options), api, authenticator, std::move(clientAddress), std::move(cors));
    return std::unique_ptr<Pipeline>(new Pipeline(std::move(stages)));
}

void Pipeline::handle(HttpExchange exchange) const
{
    auto call = std::make_shared<Call>(std::move(exchange)); // lives until the answer is out: `done` holds it
    Task<Result<HttpReply>> task = m_stages->answer(*call);
    spawn(std::move(task), [stages = m_stages.get(), call](std::optional<Result<HttpReply>> result, const std::exception_ptr &exception) {
        std::optional<Problem> problem;
        if (!result)
            problem = problemOf(exception);
        else if (!result->ok())
            problem = std::move(*result).problem();

        // 10. Render: problem documents, correlation id, security headers, CORS.
        HttpReply reply = stages->render(
            *call, problem ? http::renderProblem(*problem, call->context.correlationId, formOf(*call)) : std::move(*result).value());
        call->exchange.answer(reply);

        // 11. Access log and 12. metrics: after the answer is out, so that the client does not wait for them. An answer that came
        //     too late is none: refuse() has told them of the one that the client got.
        if (!call->exchange.isOverdue())
            stages->observe(*call, reply, problem, false);
    });
}

HttpReply Pipeline::refuse(const Refusal &refusal) const
{
    return m_stages->refuse(refusal);
}

qsizetype Pipeline::bodyLimit(QByteArrayView method, QByteArrayView path) const
{
    return m_stages->bodyLimit(method, path);
}

} // namespace aegis::http
