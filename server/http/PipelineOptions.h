#pragma once

#include "server/http/AccessRecord.h"
#include "server/http/Authorizer.h"
#include "server/http/ClientAuthenticator.h"
#include "server/http/RateLimiter.h"
#include "shared/text/Secret.h"
#include "shared/time/Instant.h"

#include <QtCore/QByteArray>
#include <QtCore/QStringList>

#include <functional>
#include <vector>

namespace aegis::http {

/// What the pipeline has to be told. Copied once, never changed.
struct PipelineOptions {
    std::vector<QByteArray> corsOrigins;    ///< e.g. `https://app.example.com`, compared byte by byte; `*` is no origin
    QStringList trustedProxies;             ///< addresses and CIDR ranges whose X-Forwarded-For and X-Forwarded-Proto count
    bool hsts = true;                       ///< says Strict-Transport-Security on encrypted connections
    Secret fingerprintKey;                  ///< keys the fingerprint of idempotent requests; 32 random bytes of this installation
    ClientAuthenticator *clients = nullptr; ///< outlives the pipeline; null: there are no programs with credentials
    Authorizer *authorizer = nullptr;       ///< outlives the pipeline; null: nobody has any permission
    RateLimiter *limiter = nullptr;         ///< outlives the pipeline; null: nothing is counted (tests of the pipeline alone)
    std::function<Instant()> clock = systemNow;
    /// Told of each answered request, on its I/O thread, after the answer is out: access log and metrics. Must not throw.
    std::vector<std::function<void(const AccessRecord &)>> observers;
};

} // namespace aegis::http
