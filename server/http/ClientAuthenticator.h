#pragma once

#include "server/async/Task.h"
#include "server/context/RequestContext.h"
#include "server/http/FormFields.h"
#include "server/http/transport/HttpRequest.h"

namespace aegis::http {

/// What a program says of itself (RFC 6749, 2.3.1). Nothing of it has been checked.
struct ClientCredentials {
    QByteArray id;
    Secret secret;

    /// From `Authorization: Basic` (client_secret_basic) or from the form (client_secret_post). `invalid_client` when there are none,
    /// or they cannot be read; `malformed_request` when there are two.
    static Result<ClientCredentials> of(const HttpRequest &request, const FormFields &form);
};

/// Turns credentials into the program that they belong to. Used by all I/O threads at once; it must not wait.
class ClientAuthenticator {
public:
    ClientAuthenticator() = default;
    ClientAuthenticator(const ClientAuthenticator &) = delete;
    ClientAuthenticator &operator=(const ClientAuthenticator &) = delete;
    virtual ~ClientAuthenticator() = default;

    /// Answers with the program, or with `invalid_client`, for whatever reason it is; other problems say that it is not known. The
    /// credentials outlive the task.
    virtual Task<Result<ClientApplication>> authenticate(const ClientCredentials &credentials, Instant now) = 0;
};

} // namespace aegis::http
