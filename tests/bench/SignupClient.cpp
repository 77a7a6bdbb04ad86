#include "tests/bench/SignupClient.h"

#include "tests/bench/AegisServer.h"

namespace aegis::bench {

QByteArray SignupClient::request()
{
    return postOf("/auth/signup", newcomer());
}

} // namespace aegis::bench
