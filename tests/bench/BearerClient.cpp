#include "tests/bench/BearerClient.h"

namespace aegis::bench {

BearerClient::BearerClient(const char *path, const QByteArray &accessToken, int wantedStatus) :
    m_request(QByteArray("GET ").append(path).append(" HTTP/1.1\r\nHost: bench\r\n")
              + (accessToken.isEmpty() ? QByteArray() : "Authorization: Bearer " + accessToken + "\r\n") + "\r\n"),
    m_wantedStatus(wantedStatus)
{
}

} // namespace aegis::bench
