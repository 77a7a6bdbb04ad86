#pragma once

#include "server/keys/KeyRing.h"
#include "server/metrics/Metrics.h"

#include <atomic>

namespace aegis {

namespace http {
class HttpServer;
}

/// Measures the keys of access tokens for as long as the result lives; `areOfDatabase`: they take turns, so their age says something.
std::vector<Metrics::Sampled> measureKeys(Metrics &metrics, const KeyRing &ring, bool areOfDatabase, const std::function<Instant()> &clock);

/// Measures the connections of clients for as long as the result lives. `notAfterSeconds`: of the TLS certificate; null: there is none.
std::vector<Metrics::Sampled> measureHttp(Metrics &metrics, const http::HttpServer &server, const std::atomic<std::int64_t> *notAfterSeconds);

} // namespace aegis
