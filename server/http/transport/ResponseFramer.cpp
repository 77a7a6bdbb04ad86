#include "server/http/transport/ResponseFramer.h"

#include "server/http/transport/AsciiClasses.h"
#include "server/http/transport/HeaderBlock.h"
#include "server/http/transport/HeaderFields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <limits>

namespace aegis::http {
namespace {

/// Reason phrases say nothing that the number does not (RFC 9112, section 4), but people read them.
QByteArrayView reasonPhrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 422:
        return "Unprocessable Content";
    case 428:
        return "Precondition Required";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return {};
    }
}

/// The Date field with its line end (RFC 9110, 6.6.1), made once a second on each thread.
QByteArrayView dateLine()
{
    static thread_local std::time_t made = 0;
    static thread_local std::array<char, 64> line{};
    static thread_local std::size_t size = 0;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != made) {
        std::tm utc{};
        ::gmtime_r(&now.tv_sec, &utc);
        size = std::strftime(line.data(), line.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc); // the process runs in the C locale for times
        made = now.tv_sec;
    }
    return {line.data(), static_cast<qsizetype>(size)};
}

bool isTransportsOwn(QByteArrayView name)
{
    static constexpr std::array<QByteArrayView, 5> names{"content-length", "transfer-encoding", "connection", "keep-alive", "date"};
    return std::any_of(names.begin(), names.end(), [name](QByteArrayView each) { return equalsIgnoringCase(name, each); });
}

bool canBeSent(QByteArrayView name, QByteArrayView value)
{
    return !name.isEmpty() && areTokenBytes(name) && areFieldValueBytes(value) && !isTransportsOwn(name);
}

/// Writes into memory that is known to be large enough: a head consists of a hundred pieces, and QByteArray::append() costs
/// more than most of them.
class Pen {
public:
    explicit Pen(char *at) : m_at(at) {}

    Pen &operator<<(QByteArrayView piece)
    {
        m_at = std::copy(piece.begin(), piece.end(), m_at);
        return *this;
    }
    Pen &operator<<(qsizetype number)
    {
        m_at = std::to_chars(m_at, m_at + std::numeric_limits<qsizetype>::digits10 + 2, number).ptr;
        return *this;
    }
    const char *at() const { return m_at; }

private:
    char *m_at;
};

/// No less than what a head takes besides its fields.
constexpr qsizetype mostFraming = 256;

/// What the fields take at most.
qsizetype roomFor(const HeaderList &fields)
{
    qsizetype room = 0;
    for (const auto &[name, value] : fields)
        room += name.size() + value.size() + 4;
    return room;
}

void writeFields(Pen &pen, const HeaderList &fields)
{
    for (const auto &[name, value] : fields) {
        if (canBeSent(name, value))
            pen << name << ": " << value << "\r\n";
    }
}

QByteArray linesOf(const HeaderList &fields)
{
    QByteArray lines(roomFor(fields), Qt::Uninitialized);
    Pen pen(lines.data());
    writeFields(pen, fields);
    lines.truncate(pen.at() - lines.constData());
    return lines;
}

} // namespace

HeaderBlock::HeaderBlock(HeaderList fields) : m_fields(std::move(fields)), m_lines(linesOf(m_fields)) {}

bool mayHaveBody(int status, bool isHead)
{
    return !isHead && status != 204 && status != 304;
}

QByteArray frameReply(const HttpReply &reply, Framing framing)
{
    const bool hasBody = mayHaveBody(reply.status, framing.isHead) && !reply.stream;
    const QByteArrayView common = reply.common ? QByteArrayView(reply.common->lines()) : QByteArrayView();
    const qsizetype room = mostFraming + roomFor(reply.headers) + common.size() + (hasBody ? reply.body.size() : 0);
    QByteArray bytes(room, Qt::Uninitialized);
    Pen pen(bytes.data());

    pen << "HTTP/1.1 " << qsizetype(reply.status) << " " << reasonPhrase(reply.status) << "\r\n" << dateLine();
    writeFields(pen, reply.headers);
    pen << common;
    if (reply.stream) {
        if (mayHaveBody(reply.status, framing.isHead) && !framing.isHttp10)
            pen << "Transfer-Encoding: chunked\r\n";
    } else if (reply.status != 204 && reply.status != 304) {
        pen << "Content-Length: " << reply.body.size() << "\r\n";
    }
    if (framing.close)
        pen << "Connection: close\r\n";
    else if (framing.isHttp10)
        pen << "Connection: keep-alive\r\n";
    pen << "\r\n";
    if (hasBody)
        pen << reply.body;
    bytes.truncate(pen.at() - bytes.constData());
    return bytes;
}

QByteArray frameChunk(QByteArrayView piece)
{
    QByteArray bytes;
    if (piece.isEmpty())
        return bytes;
    bytes.reserve(piece.size() + 16);
    bytes.append(QByteArray::number(piece.size(), 16)).append("\r\n").append(piece).append("\r\n");
    return bytes;
}

QByteArrayView lastChunk()
{
    return "0\r\n\r\n";
}

} // namespace aegis::http
