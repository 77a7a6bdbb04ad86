#pragma once

#include "server/http/transport/HttpReply.h"
#include "server/http/transport/HttpRequest.h"
#include "shared/result/Result.h"

#include <QtCore/QSet>

namespace aegis::http {

/// Which pages of other origins may call (Fetch standard, CORS protocol). Origins are compared byte by byte with the list;
/// there is no wildcard, because answers may carry credentials. Immutable; any thread.
class Cors {
public:
    /// Origins such as `https://app.example.com`: scheme, host, and port if it is not the scheme's; no path. The problem's
    /// internal text names one that is none.
    static Result<Cors> allowing(const std::vector<QByteArray> &origins);

    /// Whether this OPTIONS request asks, on behalf of a page, if it may call.
    static bool isPreflight(const HttpRequest &request);
    /// Whether the request comes from a page that may call.
    bool allows(const HttpRequest &request) const;
    /// Header fields of the answer to a preflight, besides those of addTo(): the address's methods and our header fields.
    void addPreflight(const HttpRequest &request, const QByteArray &methods, HeaderList &headers) const;
    /// Header fields of every answer.
    void addTo(const HttpRequest &request, HeaderList &headers) const;

private:
    QSet<QByteArray> m_origins;
};

} // namespace aegis::http
