#include "tests/server/http/PipelineHarness.h"

#include "server/http/transport/HeaderBlock.h"

namespace aegis::test {

Task<Result<http::Principal>> OneTokenAuthenticator::authenticate(const Secret &bearer, Instant)
{
    ++asked;
    if (bearer.reveal() != "good-token")
        co_return Problem(ProblemCode::InvalidToken);
    co_return principal;
}

std::optional<Result<http::Principal>> OneTokenAuthenticator::authenticateAtOnce(const Secret &bearer, Instant)
{
    if (!answersAtOnce || bearer.reveal() != "good-token")
        return std::nullopt;
    return Result<http::Principal>(principal);
}

Task<Result<Authority>> OneAuthority::authorityOf(const RequestContext &)
{
    ++asked;
    co_return authority;
}

PipelineHarness::PipelineHarness(http::PipelineOptions options)
{
    const Instant now = fromUnixSeconds(1'800'000'000);
    authenticator.principal.tenant = {OrganizationId::make(now), UserId::make(now)};
    authenticator.principal.actor.user = authenticator.principal.tenant.user;
    authenticator.principal.actor.session = SessionId::make(now);
    options.authorizer = &authorizer;

    endpoints::All::forEach([this]<class E>() {
        api.on<E>([this](const RequestContext &context, const typename E::Request &) -> Result<typename E::Response> {
            seen = context;
            if (auto problem = inHandler())
                return *std::move(problem);
            return typename E::Response{};
        });
    });
    options.fingerprintKey = Secret("0123456789abcdef0123456789abcdef");
    options.clock = [now] { return now; };
    options.observers = {[this](const http::AccessRecord &record) {
        observed.emplace_back(record.status, record.internal);
        operations.emplace_back(record.operation);
        if (record.byTransport)
            refusals.push_back(record.path.toByteArray() + ' ' + record.context.client.address.toString().toLatin1() + ' '
                               + record.context.correlationId.text());
    }};
    auto made = http::Pipeline::make(std::move(options), api, authenticator);
    if (made.ok())
        pipeline = *std::move(made);
}

http::HttpReply PipelineHarness::ask(http::HttpRequest request)
{
    std::optional<http::HttpReply> reply;
    pipeline->handle(http::HttpExchange(std::move(request), [&reply](std::optional<http::HttpReply> answer) { reply = std::move(answer); }));
    return reply.value();
}

http::HttpRequest PipelineHarness::request(const QByteArray &method, const QByteArray &path, const http::HeaderList &headers, const QByteArray &body)
{
    http::HttpRequest request;
    request.method = method;
    request.target = path;
    request.path = path;
    request.body = body;
    request.peer = QHostAddress(QStringLiteral("198.51.100.9"));
    for (const auto &[name, value] : headers)
        request.headers.append(name, value);
    return request;
}

QByteArray PipelineHarness::header(const http::HttpReply &reply, const QByteArray &name)
{
    QByteArray found;
    const auto look = [&](const http::HeaderList &headers) {
        for (const auto &[known, value] : headers) {
            if (http::equalsIgnoringCase(known, name))
                found = found.isNull() ? value : found + "|" + value;
        }
    };
    look(reply.headers);
    if (reply.common)
        look(reply.common->fields());
    return found;
}

} // namespace aegis::test
