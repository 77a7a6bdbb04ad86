#pragma once

#include "server/http/Pipeline.h"

#include <optional>

namespace aegis::test {

/// Knows one token, `good-token`.
class OneTokenAuthenticator final : public http::Authenticator {
public:
    Task<Result<http::Principal>> authenticate(const Secret &bearer, Instant now) override;
    std::optional<Result<http::Principal>> authenticateAtOnce(const Secret &bearer, Instant now) override;

    http::Principal principal;
    bool answersAtOnce = false;
    int asked = 0;
};

/// Gives everybody the same authority.
class OneAuthority final : public http::Authorizer {
public:
    Task<Result<Authority>> authorityOf(const RequestContext &context) override;

    Authority authority;
    int asked = 0;
};

/// A pipeline without a transport: every endpoint is bound to a handler that remembers its context and gives `answer`.
class PipelineHarness {
public:
    explicit PipelineHarness(http::PipelineOptions options = {});

    /// Hands over one request; the reply, which must come at once.
    http::HttpReply ask(http::HttpRequest request);

    static http::HttpRequest request(const QByteArray &method, const QByteArray &path, const http::HeaderList &headers = {},
                                     const QByteArray &body = {});
    /// Value of a header field of the reply; the values of several apart by `|`; null when there is none.
    static QByteArray header(const http::HttpReply &reply, const QByteArray &name);

    /// What the handlers do before they answer: may throw, or give a problem instead of the answer.
    std::function<std::optional<Problem>()> inHandler = [] { return std::nullopt; };
    std::optional<RequestContext> seen;            ///< context of the last handler that was called
    std::vector<std::pair<int, QString>> observed; ///< status and internal text of each access record
    std::vector<std::string> operations;           ///< operation of each access record
    std::vector<QByteArray> refusals;              ///< path, client and correlation id of each record of a refusal by the transport
    OneTokenAuthenticator authenticator;
    OneAuthority authorizer;
    http::Api api;
    std::unique_ptr<http::Pipeline> pipeline;
};

} // namespace aegis::test
