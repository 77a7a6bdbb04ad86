#pragma once

#include "server/http/Api.h"
#include "server/http/Authenticator.h"
#include "server/http/PipelineOptions.h"
#include "server/http/transport/HttpExchange.h"
#include "server/http/transport/Refusal.h"

#include <memory>

namespace aegis::http {

/// What happens to a request between the transport and its handler, and to the answer on its way back. Made before the
/// server starts; used by all I/O threads. It outlives every request.
class Pipeline {
public:
    /// Api and authenticator outlive the pipeline. The problem `internal` tells, in its internal text, which option is
    /// wrong or which endpoints have no handler: then the server must not start.
    static Result<std::unique_ptr<Pipeline>> make(PipelineOptions options, const Api &api, Authenticator &authenticator);
    ~Pipeline();
    Pipeline(const Pipeline &) = delete;
    Pipeline &operator=(const Pipeline &) = delete;

    /// Handles one request, on its I/O thread; answers now or later, once.
    void handle(HttpExchange exchange) const;

    /// For the transport's own refusals: the same problem document with the same header fields, told to the same observers.
    /// Any thread.
    HttpReply refuse(const Refusal &refusal) const;

    /// How many bytes of body the endpoint of that address reads; a little where there is none, so that 404 and 405 are said.
    /// Any thread.
    qsizetype bodyLimit(QByteArrayView method, QByteArrayView path) const;

private:
    class Stages;
    explicit Pipeline(std::unique_ptr<const Stages> stages);

    std::unique_ptr<const Stages> m_stages;
};

} // namespace aegis::http
