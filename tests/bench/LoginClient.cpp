#include "tests/bench/LoginClient.h"

namespace aegis::bench {

LoginClient::LoginClient(const Account &account) :
    m_request(postOf("/auth/login", R"({"email":")" + account.email + R"(","password":")" + AegisServer::password + R"("})"))
{
}

} // namespace aegis::bench
