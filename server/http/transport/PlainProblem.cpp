#include "server/http/transport/HttpServer.h"

namespace aegis::http {

HttpReply renderPlainProblem(ProblemCode code)
{
    const ProblemInfo &info = problemInfo(code);
    HttpReply reply;
    reply.status = info.status;
    reply.headers = {{QByteArrayLiteral("Content-Type"), QByteArrayLiteral("application/problem+json")},
                     {QByteArrayLiteral("Cache-Control"), QByteArrayLiteral("no-store")}};
    reply.body = QByteArrayLiteral(R"({"type":"about:blank","title":")") + QByteArray(info.title.data(), info.title.size())
        + QByteArrayLiteral(R"(","status":)") + QByteArray::number(info.status) + QByteArrayLiteral(R"(,"code":")")
        + QByteArray(info.name.data(), info.name.size()) + QByteArrayLiteral("\"}");
    return reply;
}

} // namespace aegis::http
