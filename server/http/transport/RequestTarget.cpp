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

constexpr const char *badByte = "A byte in the address must be escaped.";
constexpr const char *badEscape = "An escape in the address is not % and two hexadecimal digits, or stands for a control byte.";

const char *faultOfQuery(QByteArrayView query)
{
    for (qsizetype i = 0; i < query.size(); ++i) {
        if (!isTargetByte(query[i]))
            return badByte;
        if (query[i] == '%' && unescape(query, i) <= 0)
            return badEscape;
    }
    return nullptr;
}

/// Decodes the path; answers with its fault, or null.
const char *decodePath(QByteArrayView encoded, QByteArray &path)
{
    path = QByteArray(encoded.size(), Qt::Uninitialized);
    char *out = path.data();
    bool ascii = true;
    for (qsizetype i = 0; i < encoded.size(); ++i) {
        char c = encoded[i];
        if (!isTargetByte(c))
            return badByte;
        if (c == '%') {
            const int byte = unescape(encoded, i);
            if (byte == '/' || byte == '\\')
                return "The path must not hold an escaped slash or backslash.";
            if (byte < 0x20 || byte == 0x7f)
                return badEscape;
            ascii = ascii && byte < 0x80;
            c = static_cast<char>(byte);
            i += 2;
        }
        *out++ = c;
    }
    path.truncate(out - path.constData());
    if (!ascii && !path.isValidUtf8())
        return "The path is not UTF-8.";
    return hasDotSegment(path) ? "The path must not hold a segment . or .., escaped or not." : nullptr;
}

RequestTarget faulty(const char *reason)
{
    return {{}, {}, reason};
}

} // namespace

RequestTarget parseRequestTarget(QByteArrayView target)
{
    if (!target.startsWith('/'))
        return faulty("The address must begin with a slash.");
    if (target.startsWith("//"))
        return faulty("The address must not begin with two slashes.");
    const qsizetype mark = target.indexOf('?');
    const QByteArrayView query = mark < 0 ? QByteArrayView() : target.sliced(mark + 1);

    RequestTarget parts;
    if (const char *fault = decodePath(mark < 0 ? target : target.first(mark), parts.path))
        return faulty(fault);
    if (const char *fault = faultOfQuery(query))
        return faulty(fault);
    parts.query = query.toByteArray();
    return parts;
}

} // namespace aegis::http
