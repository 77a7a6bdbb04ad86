#include "server/app/ServerMeasures.h"

#include "server/http/transport/HttpServer.h"

namespace aegis {

std::vector<Metrics::Sampled> measureKeys(Metrics &metrics, const KeyRing &ring, bool areOfDatabase, const std::function<Instant()> &clock)
{
    std::vector<Metrics::Sampled> sampled;
    for (const KeyState state : keyStates) {
        const auto count = [&ring, clock, state] {
            const auto keys = ring.current();
            const Instant now = clock();
            double found = 0;
            for (std::size_t i = 0; i < keys->times().size(); ++i)
                found += keyStateAt(keys->times(), i, now) == state ? 1 : 0;
            return found;
        };
        sampled.push_back(
            metrics.gauge("aegis_signing_keys", "Keys of access tokens, by what they do.", count, {{"state", keyStateName(state).data()}}));
    }
    if (!areOfDatabase)
        return sampled;
    sampled.push_back(metrics.gauge("aegis_signing_key_age_seconds", "Since when the present key signs access tokens.", [&ring, clock] {
        const auto keys = ring.current();
        if (keys->times().empty())
            return 0.0;
        const Instant now = clock();
        return std::chrono::duration<double>(now - keys->times()[signingPlace(keys->times(), now)].signsFrom).count();
    }));
    return sampled;
}

std::vector<Metrics::Sampled> measureHttp(Metrics &metrics, const http::HttpServer &server, const std::atomic<std::int64_t> *notAfterSeconds)
{
    std::vector<Metrics::Sampled> sampled;
    const http::TransportCounters &counters = server.counters();
    if (notAfterSeconds) {
        sampled.push_back(metrics.gauge("aegis_tls_certificate_not_after_seconds", "When the TLS certificate in use expires, in seconds since 1970.",
                                        [notAfterSeconds] { return double(notAfterSeconds->load()); }));
    }
    sampled.push_back(metrics.gauge("aegis_http_connections", "Open client connections.", [&server] { return double(server.connections()); }));
    sampled.push_back(metrics.sampledCounter("aegis_http_connections_refused_total", "Connections closed at once because there were too many.",
                                             [&counters] { return double(counters.refusedConnections.load()); }));
    sampled.push_back(metrics.sampledCounter("aegis_http_connections_ended_for_others_total",
                                             "Connections that waited longest for their clients, ended because there were too many.",
                                             [&counters] { return double(counters.endedForOthers.load()); }));
    sampled.push_back(metrics.sampledCounter("aegis_http_accept_failures_total",
                                             "Times that no connection could be accepted, for lack of descriptors.",
                                             [&counters] { return double(counters.acceptFailures.load()); }));
    sampled.push_back(metrics.sampledCounter("aegis_tls_handshake_failures_total", "Connections that ended before TLS had begun.",
                                             [&counters] { return double(counters.failedHandshakes.load()); }));
    return sampled;
}

} // namespace aegis
