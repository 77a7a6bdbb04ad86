#pragma once

#include "tests/bench/AegisServer.h"
#include "tests/bench/Client.h"

namespace aegis::bench {

/// Exchanges a refresh token for the next one, and that for the next.
class RefreshClient : public Client {
public:
    explicit RefreshClient(const Account &account) : m_token(account.refreshToken) {}
    QByteArray request() override;
    bool hear(const HttpAnswer &answer) override;

private:
    QByteArray m_token;
};

} // namespace aegis::bench
