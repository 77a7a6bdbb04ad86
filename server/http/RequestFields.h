#pragma once

#include "server/context/RequestContext.h"
#include "server/http/FormFields.h"
#include "server/http/Router.h"
#include "server/http/transport/HttpRequest.h"
#include "shared/json/RequestSource.h"
#include "shared/result/Result.h"

namespace aegis::http {

/// The id that the client gave in `X-Correlation-ID`, if that is one well-formed UUID; else a new one.
CorrelationId correlationIdOf(const HttpRequest &request, Instant now);

/// `User-Agent`, cut to 512 characters; U+FFFD stands for what would change how the text after it is shown.
QString userAgentOf(const HttpRequest &request);

/// `Accept-Language`, cut to 256 bytes; null when it is absent.
QByteArray languagesOf(const HttpRequest &request);

/// The access token of `Authorization: Bearer` (RFC 6750, 2.1). `unauthenticated` when there is none, `invalid_token`
/// when it cannot be one, `malformed_request` when the field stands twice.
Result<Secret> bearerTokenOf(const HttpRequest &request);

/// The bytes as a token, if they can be one (`token68` of RFC 9110); `invalid_token` else.
Result<Secret> checkedToken(QByteArrayView token);

/// `Idempotency-Key`: 16 to 128 visible ASCII characters, else `idempotency_key_invalid`; nothing when it is absent.
/// The fingerprint is keyed, so that what is stored tells nobody anything about passwords in the body.
Result<std::optional<IdempotencyKey>> idempotencyKeyOf(const HttpRequest &request, std::string_view operation, const UserId &actor,
                                                       const Secret &fingerprintKey);

/// Refuses a body where none is taken (`malformed_request`), and one that is not plain `application/json`, or a plain form where
/// `takesForm`, in UTF-8 (`unsupported_media_type`).
Result<void> checkBody(const HttpRequest &request, bool takesBody, bool takesForm = false);

/// The fields of a request that has found its endpoint. It refers to them, they outlive it.
class HttpRequestSource final : public RequestSource {
public:
    /// `form`: of a body that is one; else null.
    HttpRequestSource(const HttpRequest &request, const Router::Parameters &parameters, const FormFields *form = nullptr) :
        m_request(request), m_parameters(parameters), m_form(form)
    {
    }

    QByteArrayView body() const override { return m_request.body; }
    /// Of a name that stands more than once the first one counts.
    std::optional<QByteArray> parameter(In place, std::string_view name) const override;

private:
    const HttpRequest &m_request;
    const Router::Parameters &m_parameters;
    const FormFields *const m_form;
};

} // namespace aegis::http
