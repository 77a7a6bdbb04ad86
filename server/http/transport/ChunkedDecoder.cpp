#include "server/http/transport/ChunkedDecoder.h"

#include "server/http/transport/AsciiClasses.h"

#include <algorithm>

namespace aegis::http {
namespace {

constexpr qsizetype longestLine = 256;
constexpr int mostTrailers = 16;
constexpr qsizetype mostSizeDigits = 8;
constexpr const char *badLineEnd = "A line between the chunks of the body does not end with CRLF.";

constexpr MessageFault malformed(const char *reason)
{
    return {ProblemCode::MalformedRequest, reason};
}

bool isTrailerField(QByteArrayView line)
{
    const qsizetype colon = line.indexOf(':');
    if (colon <= 0)
        return false;
    const QByteArrayView name = line.first(colon);
    const QByteArrayView value = line.sliced(colon + 1);
    return std::all_of(name.begin(), name.end(), isTokenByte) && std::all_of(value.begin(), value.end(), isFieldValueByte);
}

} // namespace

void ChunkedDecoder::reset(qsizetype maximumBytes)
{
    m_maximumBytes = maximumBytes;
    m_state = State::Size;
    m_left = 0;
    m_trailers = 0;
}

ChunkedDecoder::Outcome ChunkedDecoder::refuse(MessageFault fault)
{
    m_refusal = fault;
    return Outcome::Refused;
}

ChunkedDecoder::Outcome ChunkedDecoder::decode(QByteArrayView &input, QByteArray &body)
{
    for (;;) {
        if (m_state == State::Data) {
            const qsizetype count = std::min(m_left, input.size());
            body.append(input.first(count));
            input = input.sliced(count);
            m_left -= count;
            if (m_left > 0)
                return Outcome::NeedMore;
            m_state = State::DataEnd;
        }
        if (m_state == State::DataEnd) {
            if (!QByteArrayView("\r\n").startsWith(input.first(std::min<qsizetype>(2, input.size()))))
                return refuse(malformed("The data of a chunk does not end where its size says."));
            if (input.size() < 2)
                return Outcome::NeedMore;
            input = input.sliced(2);
            m_state = State::Size;
        }

        const qsizetype end = input.indexOf('\n');
        if (end > longestLine || (end < 0 && input.size() > longestLine) || end == 0)
            return refuse(malformed(end == 0 ? badLineEnd : "A line between the chunks of the body is too long."));
        if (end < 0)
            return Outcome::NeedMore;
        if (input[end - 1] != '\r')
            return refuse(malformed(badLineEnd));
        const QByteArrayView line = input.first(end - 1);
        input = input.sliced(end + 1);

        if (m_state == State::Trailer) {
            if (line.isEmpty())
                return Outcome::Done;
            if (!isTrailerField(line))
                return refuse(malformed("A trailer field of the body is not well-formed."));
            if (++m_trailers > mostTrailers)
                return refuse({ProblemCode::HeaderFieldsTooLarge, "The body has too many trailer fields."});
        } else if (const auto fault = readSize(line, body.size())) {
            return refuse(*fault);
        }
    }
}

std::optional<MessageFault> ChunkedDecoder::readSize(QByteArrayView line, qsizetype bodySize)
{
    qint64 size = 0;
    qsizetype digits = 0;
    for (; digits < line.size() && hexDigit(line[digits]) >= 0; ++digits) {
        if (digits == mostSizeDigits)
            return MessageFault{ProblemCode::ContentTooLarge};
        size = size * 16 + hexDigit(line[digits]);
    }
    const QByteArrayView extension = line.sliced(digits);
    if (digits == 0 || (!extension.isEmpty() && !extension.startsWith(';')) || !std::all_of(extension.begin(), extension.end(), isFieldValueByte))
        return malformed("The size of a chunk is not well-formed.");
    if (size + bodySize > m_maximumBytes)
        return MessageFault{ProblemCode::ContentTooLarge};

    m_left = static_cast<qsizetype>(size);
    m_state = size > 0 ? State::Data : State::Trailer;
    return std::nullopt;
}

} // namespace aegis::http
