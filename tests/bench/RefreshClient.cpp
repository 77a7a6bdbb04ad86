#include "tests/bench/RefreshClient.h"

namespace aegis::bench {

QByteArray RefreshClient::request()
{
    return postOf("/auth/refresh", R"({"refreshToken":")" + m_token + R"("})");
}

bool RefreshClient::hear(const HttpAnswer &answer)
{
    // Parsing it as JSON would cost the machine that is measured more than the search does.
    constexpr QByteArrayView member = R"("refreshToken":")";
    const qsizetype at = answer.body.indexOf(member);
    if (answer.status != 200 || at < 0)
        return false;
    const qsizetype from = at + member.size();
    m_token = answer.body.sliced(from, answer.body.indexOf('"', from) - from).toByteArray();
    return true;
}

} // namespace aegis::bench
