#include "tests/integration/CookieJar.h"

namespace aegis::test {

void CookieJar::take(const TestReply &reply)
{
    for (const QByteArray &line : reply.head.split('\n')) {
        if (!line.toLower().startsWith("set-cookie:"))
            continue;
        const QByteArrayList parts = line.mid(11).trimmed().split(';');
        const qsizetype equals = parts[0].indexOf('=');
        const QByteArray name = parts[0].first(equals);
        Cookie cookie{.value = parts[0].mid(equals + 1), .path = "/", .attributes = {}};
        bool isGone = false;
        for (const QByteArray &part : parts.mid(1)) {
            const QByteArray attribute = part.trimmed();
            if (attribute.startsWith("Path="))
                cookie.path = attribute.mid(5);
            else
                cookie.attributes.append(attribute.toLower());
            isGone = isGone || attribute == "Max-Age=0";
        }
        if (isGone)
            m_cookies.erase(name);
        else
            m_cookies[name] = cookie;
    }
}

QByteArray CookieJar::fieldFor(const QByteArray &path) const
{
    QByteArrayList pairs;
    for (const auto &[name, cookie] : m_cookies) {
        if (path.startsWith(cookie.path))
            pairs.append(name + '=' + cookie.value);
    }
    return pairs.join("; ");
}

} // namespace aegis::test
