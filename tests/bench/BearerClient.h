#pragma once

#include "tests/bench/Client.h"

namespace aegis::bench {

/// Sends the same GET with an access token again and again; without one the field is left out.
class BearerClient : public Client {
public:
    BearerClient(const char *path, const QByteArray &accessToken, int wantedStatus);
    QByteArray request() override { return m_request; }
    bool hear(const HttpAnswer &answer) override { return answer.status == m_wantedStatus; }

private:
    const QByteArray m_request;
    const int m_wantedStatus;
};

} // namespace aegis::bench
