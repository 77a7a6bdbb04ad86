#include "server/http/transport/Refusal.h"

namespace aegis::http {

HttpReply renderPlainProblem(const Refusal &refusal)
{
    const ProblemInfo &info = problemInfo(refusal.code);
    HttpReply reply;
    reply.status = info.status;
    reply.headers = {{QByteArrayLiteral("Content-Type"), QByteArrayLiteral("application/problem+json")},
                     {QByteArrayLiteral("Cache-Control"), QByteArrayLiteral("no-store")}};
    reply.body = QByteArrayLiteral(R"({"type":"about:blank","title":")") + QByteArray(info.title.data(), info.title.size())
        + QByteArrayLiteral(R"(","status":)") + QByteArray::number(info.status)
        + (refusal.reason ? R"(,"detail":")" + QByteArray(refusal.reason) + '"' : QByteArray()) + QByteArrayLiteral(R"(,"code":")")
        + QByteArray(info.name.data(), info.name.size()) + QByteArrayLiteral("\"}");
    return reply;
}

} // namespace aegis::http
