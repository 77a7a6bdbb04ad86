#include "server/http/transport/ChunkedDecoder.h"

#include "server/http/transport/AsciiClasses.h"

#include <algorithm>

namespace aegis::http {
namespace {

constexpr qsizetype longestLine = 256;
constexpr int mostTrailers = 16;
constexpr qsizetype mostSizeDigits = 8;

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

ChunkedDecoder::Outcome ChunkedDecoder::refuse(ProblemCode code)
{
    m_refusal = code;
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
                return refuse(ProblemCode::MalformedRequest);
            if (input.size() < 2)
                return Outcome::NeedMore;
            input = input.sliced(2);
            m_state = State::Size;
        }

        const qsizetype end = input.indexOf('\n');
        if (end > longestLine || (end < 0 && input.size() > longestLine) || end == 0)
            return refuse(ProblemCode::MalformedRequest);
        if (end < 0)
            return Outcome::NeedMore;
        if (input[end - 1] != '\r')
            return refuse(ProblemCode::MalformedRequest);
        const QByteArrayView line = input.first(end - 1);
        input = input.sliced(end + 1);

        if (m_state == State::Trailer) {
            if (line.isEmpty())
                return Outcome::Done;
            if (!isTrailerField(line))
                return refuse(ProblemCode::MalformedRequest);
            if (++m_trailers > mostTrailers)
                return refuse(ProblemCode::HeaderFieldsTooLarge);
        } else if (const auto code = readSize(line, body.size())) {
            return refuse(*code);
        }
    }
}

std::optional<ProblemCode> ChunkedDecoder::readSize(QByteArrayView line, qsizetype bodySize)
{
    qint64 size = 0;
    qsizetype digits = 0;
    for (; digits < line.size() && hexDigit(line[digits]) >= 0; ++digits) {
        if (digits == mostSizeDigits)
            return ProblemCode::ContentTooLarge;
        size = size * 16 + hexDigit(line[digits]);
    }
    const QByteArrayView extension = line.sliced(digits);
    if (digits == 0 || (!extension.isEmpty() && !extension.startsWith(';')) || !std::all_of(extension.begin(), extension.end(), isFieldValueByte))
        return ProblemCode::MalformedRequest;
    if (size + bodySize > m_maximumBytes)
        return ProblemCode::ContentTooLarge;

    m_left = static_cast<qsizetype>(size);
    m_state = size > 0 ? State::Data : State::Trailer;
    return std::nullopt;
}

} // namespace aegis::http
