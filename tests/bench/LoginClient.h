#pragma once

#include "tests/bench/AegisServer.h"
#include "tests/bench/Client.h"

namespace aegis::bench {

/// Logs in again and again as the same person.
class LoginClient : public Client {
public:
    explicit LoginClient(const Account &account);
    QByteArray request() override { return m_request; }
    bool hear(const HttpAnswer &answer) override { return answer.status == 200; }

private:
    const QByteArray m_request;
};

} // namespace aegis::bench
