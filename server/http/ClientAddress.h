#pragma once

#include "server/http/transport/HttpRequest.h"
#include "shared/result/Result.h"

#include <QtCore/QStringList>

#include <utility>
#include <vector>

namespace aegis::http {

/// Tells whose request it is: the peer's, unless the peer is a trusted proxy. Then the hops of `X-Forwarded-For` are
/// followed from the right, and the first one that is no trusted proxy is the client; what stands further left was written
/// by the client itself and counts for nothing. `Forwarded` (RFC 7239) counts for nothing either: a proxy that writes one
/// of the two and passes the other on would let its clients choose their address. Immutable; any thread.
class ClientAddress {
public:
    /// Addresses and CIDR ranges such as `10.0.0.0/8`. The problem's internal text names one that is neither.
    static Result<ClientAddress> trusting(const QStringList &proxies);

    QHostAddress of(const HttpRequest &request) const;
    /// Whether the request says that somebody has passed it on (X-Forwarded-For, Forwarded, Via), whom nobody has to trust for it.
    static bool isPassedOn(const HttpRequest &request);
    /// Whether the client's connection is encrypted: here, or at a trusted proxy that says `X-Forwarded-Proto: https`.
    bool isEncrypted(const HttpRequest &request) const;

private:
    bool isTrusted(const QHostAddress &address) const;

    std::vector<std::pair<QHostAddress, int>> m_trusted;
};

} // namespace aegis::http
