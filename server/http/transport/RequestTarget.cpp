#include "server/http/transport/RequestTarget.h"

#include "server/http/transport/AsciiClasses.h"

namespace aegis::http {
namespace {

/// The byte that the escape at `position` stands for, or -1 when it is not well-formed.
int unescape(QByteArrayView text, qsizetype position)
{
    if (position + 2 >= text.size())
        return -1;
    const int high = hexDigit(text[position + 1]);
    const int low = hexDigit(text[position + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool isTargetByte(char c)
{
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f && c != '#' && c != '\\';
}

bool hasDotSegment(QByteArrayView path)
{
    for (qsizetype begin = 1; begin <= path.size();) {
        qsizetype end = path.indexOf('/', begin);
        if (end < 0)
            end = path.size();
        const QByteArrayView segment = path.sliced(begin, end - begin);
        if (segment == "." || segment == "..")
            return true;
        begin = end + 1;
    }
    return false;
}

bool isValidQuery(QByteArrayView query)
{
    for (qsizetype i = 0; i < query.size(); ++i) {
        if (!isTargetByte(query[i]) || (query[i] == '%' && unescape(query, i) <= 0))
            return false;
    }
    return true;
}

/// Decodes the path; nothing when a byte or an escape in it is not acceptable.
std::optional<QByteArray> decodePath(QByteArrayView encoded)
{
    QByteArray path(encoded.size(), Qt::Uninitialized);
    char *out = path.data();
    bool ascii = true;
    for (qsizetype i = 0; i < encoded.size(); ++i) {
        char c = encoded[i];
        if (!isTargetByte(c))
            return std::nullopt;
        if (c == '%') {
            const int byte = unescape(encoded, i);
            if (byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\')
                return std::nullopt;
            ascii = ascii && byte < 0x80;
            c = static_cast<char>(byte);
            i += 2;
        }
        *out++ = c;
    }
    path.truncate(out - path.constData());
    if (!ascii && !path.isValidUtf8())
        return std::nullopt;
    return path;
}

} // namespace

std::optional<RequestTarget> parseRequestTarget(QByteArrayView target)
{
    if (!target.startsWith('/') || target.startsWith("//"))
        return std::nullopt;
    const qsizetype mark = target.indexOf('?');
    const QByteArrayView query = mark < 0 ? QByteArrayView() : target.sliced(mark + 1);

    std::optional<QByteArray> path = decodePath(mark < 0 ? target : target.first(mark));
    if (!path || hasDotSegment(*path) || !isValidQuery(query))
        return std::nullopt;
    return RequestTarget{*std::move(path), query.toByteArray()};
}

} // namespace aegis::http
