// Bytes that may be anything, read whole and in pieces: what the parser makes of them is held against what must be true of
// every input, and the pieces must be understood as the whole is.
#include "server/http/transport/RequestParser.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

using namespace aegis::http;

namespace {

struct Seen {
    QByteArrayList requests;
    bool refused = false;
    RequestParser::Phase phase = RequestParser::Phase::Idle; ///< when not refused
    std::optional<std::string> wrong;
};

std::optional<std::string> wrongWith(const HttpRequest &request, const HttpLimits &limits)
{
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (request.method.isEmpty() || !std::all_of(request.method.begin(), request.method.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
        return "a method that is none";
    if (!request.path.startsWith('/') && !(request.path == "*" && request.method == "OPTIONS"))
        return "a path that does not begin with a slash";
    if (std::any_of(request.path.begin(), request.path.end(), isControl) || !request.path.isValidUtf8() || request.path.contains('\\'))
        return "a path with a byte that may not be in it";
    if (request.path.startsWith("//") || (request.path + '/').contains("/../") || (request.path + '/').contains("/./"))
        return "a path that leads elsewhere";
    if (std::any_of(request.query.begin(), request.query.end(), isControl))
        return "a control byte in the query";
    if (request.body.size() > limits.bodyBytes || request.headers.size() > limits.headerFields || request.target.size() > limits.targetBytes)
        return "a limit that does not hold";
    for (qsizetype i = 0; i < request.headers.size(); ++i) {
        const QByteArrayView value = request.headers.valueAt(i);
        if (request.headers.nameAt(i).isEmpty() || std::any_of(value.begin(), value.end(), [&](char c) { return isControl(c) && c != '\t'; }))
            return "a field that is none";
    }
    for (const char *name : {"Content-Length", "Transfer-Encoding", "Connection"}) {
        if (request.headers.contains(name))
            return "a field of the framing got through";
    }
    return std::nullopt;
}

Seen readAll(QByteArrayView input, qsizetype piece, const HttpLimits &limits)
{
    RequestParser parser(limits);
    Seen seen;
    for (qsizetype begin = 0; begin < input.size() && !seen.refused; begin += piece) {
        auto outcome = parser.parse(input.sliced(begin, std::min(piece, input.size() - begin)));
        while (outcome == RequestParser::Outcome::Complete) {
            const HttpRequest request = parser.takeRequest();
            if (!seen.wrong)
                seen.wrong = wrongWith(request, limits);
            seen.requests.append(request.method + ' ' + request.target + ' ' + QByteArray::number(request.headers.size()) + ' ' + request.body);
            outcome = parser.parse();
        }
        seen.refused = outcome == RequestParser::Outcome::Refused;
    }
    seen.phase = parser.phase();
    return seen;
}

/// What is wrong, or nothing.
std::optional<std::string> checkRequestParser(QByteArrayView input)
{
    HttpLimits limits; // small, so that inputs of a fuzzer's size meet them
    limits.headBytes = 512;
    limits.targetBytes = 128;
    limits.headerFields = 8;
    limits.bodyBytes = 256;

    const Seen whole = readAll(input, std::max<qsizetype>(1, input.size()), limits);
    if (whole.wrong)
        return whole.wrong;
    for (const qsizetype piece : {1, 2, 5, 64}) {
        const Seen pieces = readAll(input, piece, limits);
        if (pieces.wrong)
            return pieces.wrong;
        if (pieces.requests != whole.requests || pieces.refused != whole.refused || (!whole.refused && pieces.phase != whole.phase))
            return "pieces of " + std::to_string(piece) + " are understood in another way than the whole";
    }
    return std::nullopt;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (const auto wrong = checkRequestParser(QByteArrayView(data, static_cast<qsizetype>(size)))) {
        std::fprintf(stderr, "%s: %s\n", wrong->c_str(), QByteArrayView(data, static_cast<qsizetype>(size)).toByteArray().toHex().constData());
        std::abort();
    }
    return 0;
}
