#include "server/http/transport/RequestParser.h"

#include "server/http/transport/AsciiClasses.h"
#include "server/http/transport/RequestTarget.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace aegis::http {
namespace {

constexpr qsizetype mostBlankLines = 2;       ///< before a request line (RFC 9112, 2.2 asks for one)
constexpr qsizetype mostLengthDigits = 15;    ///< of a Content-Length; more cannot be acceptable
constexpr qsizetype reservedBody = 64 * 1024; ///< room made before the bytes are there; a claim alone costs no more
constexpr qsizetype keptCapacity = 4 * 1024;  ///< what an idle connection may hold on to

/// The known methods, as values that need no allocation.
QByteArray knownMethod(QByteArrayView method)
{
    static const std::array methods{QByteArrayLiteral("GET"),   QByteArrayLiteral("POST"),   QByteArrayLiteral("HEAD"),   QByteArrayLiteral("PUT"),
                                    QByteArrayLiteral("PATCH"), QByteArrayLiteral("DELETE"), QByteArrayLiteral("OPTIONS")};
    const auto found = std::find(methods.begin(), methods.end(), method);
    return found == methods.end() ? QByteArray() : *found;
}

/// Fields that say something about this connection only, or that the parser itself acts on.
bool isHopByHop(QByteArrayView name)
{
    static constexpr std::array<QByteArrayView, 7> names{"connection", "upgrade",        "keep-alive",      "te",
                                                         "trailer",    "http2-settings", "proxy-connection"};
    return std::any_of(names.begin(), names.end(), [name](QByteArrayView each) { return equalsIgnoringCase(name, each); });
}

constexpr const char *headTooLarge = "The request line and the header fields are too large together.";
constexpr const char *badLineEnd = "A line does not end with CRLF.";
constexpr const char *badRequestLine = "The request line is not a method, an address and a version with a blank between.";
constexpr const char *speaksTls = "This port speaks HTTP, and the client began with TLS.";

/// With this byte a TLS handshake begins (RFC 8446, 5.1), and no request does.
bool beginsLikeTls(QByteArrayView head)
{
    return head.startsWith('\x16');
}

/// Why an unfinished head can no longer become a good one and need not be waited for; null: it can.
const char *faultOfUnfinished(QByteArrayView head, qsizetype from)
{
    if (beginsLikeTls(head))
        return speaksTls;
    for (qsizetype i = from; i < head.size(); ++i) {
        if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r'))
            return badLineEnd;
        if (head[i] != '\n' && head[i] != '\r' && !isFieldValueByte(head[i]))
            return "There is a control byte before the body.";
    }
    return nullptr;
}

} // namespace

struct RequestParser::HeadFacts {
    int fields = 0;
    bool host = false;
    bool authorization = false;
    bool contentType = false;
    bool cookie = false;
    bool length = false;
    bool chunked = false;
    bool expectsContinue = false;
    bool close = false;
    qint64 lengthValue = 0;
};

RequestParser::Phase RequestParser::phase() const
{
    switch (m_state) {
    case State::Sized:
    case State::Chunked:
        return Phase::Body;
    case State::Head:
        return m_kept.isEmpty() ? Phase::Idle : Phase::Head;
    case State::Complete:
    case State::Refused:
        break;
    }
    return Phase::Idle;
}

RequestParser::Outcome RequestParser::parse(QByteArrayView bytes)
{
    Q_ASSERT_X(m_state != State::Complete, "RequestParser::parse", "a complete request is taken first");
    // The usual case is one whole request in one piece: it is read where it lies and never copied to m_kept.
    const bool direct = m_kept.isEmpty();
    if (!direct && !bytes.isEmpty())
        m_kept.append(bytes);
    QByteArrayView input = direct ? bytes : QByteArrayView(m_kept);

    Outcome outcome = Outcome::Refused;
    if (m_state == State::Head)
        outcome = parseHead(input);
    if (m_state == State::Sized || m_state == State::Chunked)
        outcome = parseBody(input);

    if (outcome == Outcome::Refused)
        m_kept = QByteArray();
    else if (direct)
        m_kept.append(input);
    else if (input.isEmpty() && m_kept.capacity() > keptCapacity)
        m_kept = QByteArray();
    else
        m_kept.remove(0, m_kept.size() - input.size());
    return outcome;
}

RequestParser::Outcome RequestParser::parseHead(QByteArrayView &input)
{
    m_headIsGood = false; // of the request before
    m_isHead = false;
    m_isHttp10 = false;
    qsizetype begin = 0;
    while (begin < 2 * mostBlankLines && input.sliced(begin).startsWith("\r\n"))
        begin += 2;
    const std::string_view text(input.data(), static_cast<std::size_t>(input.size()));
    const auto from = static_cast<std::size_t>(std::max(begin, m_scanned - 3));
    const auto found = text.find("\r\n\r\n", from);

    if (found == std::string_view::npos) {
        if (input.size() - begin > m_limits.headBytes + 3) // the blank line may have begun
            return refuse({ProblemCode::HeaderFieldsTooLarge, headTooLarge});
        if (const char *reason = faultOfUnfinished(input, m_scanned))
            return refuse({ProblemCode::MalformedRequest, reason});
        m_scanned = input.size();
        return Outcome::NeedMore;
    }

    m_scanned = 0;
    const auto end = static_cast<qsizetype>(found);
    if (end - begin > m_limits.headBytes)
        return refuse({ProblemCode::HeaderFieldsTooLarge, headTooLarge});
    if (!readHead(input.sliced(begin, end - begin)))
        return refuse(m_refusal);
    input = input.sliced(end + 4);
    return m_state == State::Complete ? Outcome::Complete : Outcome::NeedMore;
}

RequestParser::Outcome RequestParser::parseBody(QByteArrayView &input)
{
    if (!input.isEmpty())
        m_expectsContinue = false; // it does not wait
    if (m_state == State::Sized) {
        const qsizetype count = std::min(m_bodyLeft, input.size());
        m_request.body.append(input.first(count));
        input = input.sliced(count);
        m_bodyLeft -= count;
        if (m_bodyLeft > 0)
            return Outcome::NeedMore;
    } else {
        switch (m_chunks.decode(input, m_request.body)) {
        case ChunkedDecoder::Outcome::NeedMore:
            return Outcome::NeedMore;
        case ChunkedDecoder::Outcome::Refused:
            return refuse(m_chunks.refusal());
        case ChunkedDecoder::Outcome::Done:
            break;
        }
    }
    m_state = State::Complete;
    return Outcome::Complete;
}

HttpRequest RequestParser::takeRequest()
{
    m_state = State::Head;
    return std::exchange(m_request, HttpRequest());
}

RequestParser::Outcome RequestParser::refuse(MessageFault fault)
{
    m_state = State::Refused;
    m_refusal = fault;
    if (m_headIsGood)
        m_request.body = QByteArray();
    else
        m_request = HttpRequest();
    m_expectsContinue = false;
    return Outcome::Refused;
}

bool RequestParser::fail(const char *reason, ProblemCode code)
{
    m_refusal = {code, reason};
    return false;
}

bool RequestParser::readHead(QByteArrayView head)
{
    qsizetype end = head.indexOf('\r');
    if (end < 0)
        end = head.size();
    if (!readRequestLine(head.first(end)))
        return false;

    HeadFacts facts;
    m_request.headers.reserve(8, head.size() - end);
    // Each line ends with CRLF; a CR or LF that stands alone is part of a line and refused there.
    const std::string_view text(head.data(), static_cast<std::size_t>(head.size()));
    for (qsizetype begin = end; begin < head.size();) {
        if (!head.sliced(begin).startsWith("\r\n"))
            return fail(badLineEnd);
        begin += 2;
        const auto next = text.find("\r\n", static_cast<std::size_t>(begin));
        const qsizetype lineEnd = next == std::string_view::npos ? head.size() : static_cast<qsizetype>(next);
        if (!readField(head.sliced(begin, lineEnd - begin), facts))
            return false;
        begin = lineEnd;
    }
    return decideFraming(facts);
}

bool RequestParser::readRequestLine(QByteArrayView line)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (first <= 0 || last <= first + 1)
        return fail(beginsLikeTls(line) ? speaksTls : badRequestLine);
    const QByteArrayView method = line.first(first);
    const QByteArrayView target = line.sliced(first + 1, last - first - 1);
    const QByteArrayView version = line.sliced(last + 1);

    if (!areTokenBytes(method))
        return fail(beginsLikeTls(line) ? speaksTls : badRequestLine);
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return version.startsWith("HTTP/") ? fail(nullptr, ProblemCode::HttpVersionNotSupported) : fail(badRequestLine);
    m_request.method = knownMethod(method);
    if (m_request.method.isNull())
        return fail("The method is not known.", ProblemCode::NotImplemented);
    m_isHead = m_request.method == "HEAD";
    m_isHttp10 = version == "HTTP/1.0";
    m_keepAlive = !m_isHttp10;
    if (target.size() > m_limits.targetBytes)
        return fail(nullptr, ProblemCode::UriTooLong);

    m_request.target = target.toByteArray();
    if (target == "*" && m_request.method == "OPTIONS") {
        m_request.path = m_request.target;
        return true;
    }
    RequestTarget parts = parseRequestTarget(target);
    if (parts.fault)
        return fail(parts.fault);
    m_request.path = std::move(parts.path);
    m_request.query = std::move(parts.query);
    return true;
}

bool RequestParser::readField(QByteArrayView line, HeadFacts &facts)
{
    if (++facts.fields > m_limits.headerFields)
        return fail("There are too many header fields.", ProblemCode::HeaderFieldsTooLarge);
    const qsizetype colon = line.indexOf(':');
    if (colon <= 0)
        return fail("A line among the header fields is not a name, a colon and a value."); // so is a folded line: no token begins with a blank
    const QByteArrayView name = line.first(colon);
    const QByteArrayView value = trimBlanks(line.sliced(colon + 1));
    if (!areTokenBytes(name) || !areFieldValueBytes(value))
        return fail("A header field has a byte in its name or value that may not stand there.");
    return readFramingField(name, value, facts);
}

bool RequestParser::readFramingField(QByteArrayView name, QByteArrayView value, HeadFacts &facts)
{
    const auto is = [name](QByteArrayView other) { return equalsIgnoringCase(name, other); };
    const auto once = [this](bool &seen, const char *reason) { return std::exchange(seen, true) ? fail(reason) : true; };

    if (is("host")) {
        if (!once(facts.host, "Host stands more than once."))
            return false;
        if (!std::all_of(value.begin(), value.end(), [](char c) { return isTokenByte(c) || c == ':' || c == '[' || c == ']'; }))
            return fail("Host is not a name or an address, with or without a port.");
    } else if (is("content-length")) {
        if (!once(facts.length, "Content-Length stands more than once."))
            return false;
        if (value.isEmpty() || !std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }))
            return fail("Content-Length is not a decimal number.");
        if (value.size() > mostLengthDigits)
            facts.lengthValue = std::numeric_limits<qint64>::max();
        else
            for (const char digit : value)
                facts.lengthValue = facts.lengthValue * 10 + (digit - '0');
        return true;
    } else if (is("transfer-encoding")) {
        if (!once(facts.chunked, "Transfer-Encoding stands more than once."))
            return false;
        if (m_isHttp10)
            return fail("HTTP/1.0 has no Transfer-Encoding.");
        return equalsIgnoringCase(value, "chunked") || fail("The only Transfer-Encoding is chunked.", ProblemCode::NotImplemented);
    } else if (is("expect")) {
        facts.expectsContinue = !m_isHttp10;
        return equalsIgnoringCase(value, "100-continue") || fail("The only expectation is 100-continue.", ProblemCode::ExpectationFailed);
    } else if (is("connection")) {
        for (qsizetype begin = 0; begin <= value.size();) {
            const qsizetype comma = value.indexOf(',', begin);
            const qsizetype end = comma < 0 ? value.size() : comma;
            const QByteArrayView option = trimBlanks(value.sliced(begin, end - begin));
            if (equalsIgnoringCase(option, "close"))
                facts.close = true;
            else if (equalsIgnoringCase(option, "keep-alive"))
                m_keepAlive = true;
            begin = end + 1;
        }
        return true;
    } else if ((is("authorization") && !once(facts.authorization, "Authorization stands more than once."))
               || (is("content-type") && !once(facts.contentType, "Content-Type stands more than once."))
               || (is("cookie") && !once(facts.cookie, "Cookie stands more than once."))) {
        return false;
    }
    if (!isHopByHop(name))
        m_request.headers.append(name, value);
    return true;
}

bool RequestParser::decideFraming(const HeadFacts &facts)
{
    if (!facts.host && !m_isHttp10)
        return fail("Host is missing.");
    if (facts.length && facts.chunked)
        return fail("Content-Length and Transfer-Encoding exclude each other.");
    m_headIsGood = true;
    qsizetype largest = m_limits.bodyBytes;
    if (m_bodyLimit && *m_bodyLimit && (facts.chunked || facts.lengthValue > 0))
        largest = std::min(largest, (*m_bodyLimit)(m_request.method, m_request.path));
    if (facts.lengthValue > largest)
        return fail(nullptr, ProblemCode::ContentTooLarge);

    m_keepAlive = m_keepAlive && !facts.close;
    m_bodyLeft = static_cast<qsizetype>(facts.lengthValue);
    m_chunks.reset(largest);
    m_state = facts.chunked ? State::Chunked : m_bodyLeft > 0 ? State::Sized : State::Complete;
    m_expectsContinue = facts.expectsContinue && m_state != State::Complete;
    if (m_state != State::Complete)
        m_request.body.reserve(std::min(facts.chunked ? keptCapacity : m_bodyLeft, reservedBody));
    return true;
}

} // namespace aegis::http
