#pragma once

#include "tests/bench/Client.h"

namespace aegis::bench {

/// Signs up one organization after the other.
class SignupClient : public Client {
public:
    QByteArray request() override;
    bool hear(const HttpAnswer &answer) override { return answer.status == 201; }
};

} // namespace aegis::bench
