#include "server/http/EntityTags.h"

#include <algorithm>

namespace aegis::http {
namespace {

QByteArrayView withoutWeakness(QByteArrayView tag)
{
    return tag.startsWith("W/") ? tag.sliced(2) : tag;
}

} // namespace

bool namesEntityTag(QByteArrayView ifNoneMatch, QByteArrayView tag)
{
    QByteArrayView rest = ifNoneMatch.trimmed();
    if (rest == "*")
        return true;
    const QByteArrayView wanted = withoutWeakness(tag);
    bool found = false;
    while (!rest.isEmpty()) {
        rest = withoutWeakness(rest);
        const qsizetype end = rest.startsWith('"') ? rest.indexOf('"', 1) : -1;
        if (end < 0)
            return false;
        found = found || rest.first(end + 1) == wanted;
        rest = rest.sliced(end + 1).trimmed();
        if (rest.isEmpty())
            break;
        if (!rest.startsWith(','))
            return false;
        rest = rest.sliced(1).trimmed();
    }
    return found;
}

void leaveOutWhatTheClientHas(const HttpRequest &request, HttpReply &reply)
{
    if (reply.status != 200 || (request.method != "GET" && request.method != "HEAD"))
        return;
    const auto tag = std::find_if(reply.headers.begin(), reply.headers.end(), [](const auto &field) { return field.first == "ETag"; });
    if (tag == reply.headers.end())
        return;
    for (const QByteArrayView known : request.headers.values("If-None-Match")) {
        if (namesEntityTag(known, tag->second)) {
            reply.status = 304;
            reply.body.clear();
            return;
        }
    }
}

} // namespace aegis::http
