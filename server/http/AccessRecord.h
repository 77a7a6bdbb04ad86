#pragma once

#include "server/context/RequestContext.h"
#include "shared/result/ProblemCode.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <chrono>
#include <optional>
#include <string_view>

namespace aegis::http {

/// What happened to one request, for the access log and the metrics. Valid during the call that hands it over.
struct AccessRecord {
    std::string_view operation;          ///< operation id; empty: no endpoint matched, or it did not come so far
    QByteArrayView method;               ///< as sent; empty: the head was not understood
    QByteArrayView path;                 ///< decoded, without the query; free text of the client
    int status = 0;                      ///< as answered
    std::chrono::nanoseconds duration{}; ///< from the request's last byte to the answer
    qsizetype requestBytes = 0;          ///< of the body
    qsizetype replyBytes = 0;            ///< of the body
    bool byTransport = false;            ///< refused before the pipeline had it, or answered in its place: anybody can cause many
    const RequestContext &context;       ///< correlation id, client, and who it was as far as that became known
    std::optional<ProblemCode> problem;  ///< when it was refused
    QString internal;                    ///< what failed inside, for the log only; no secret in it
};

} // namespace aegis::http
