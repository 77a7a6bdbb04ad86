// Whatever bytes come, the decoder answers with a DTO or with one of its two problems, and what it has accepted it reads
// again the same after it was written.
#include "shared/dto/LogoutRequest.h"
#include "shared/dto/MeResponse.h"
#include "shared/dto/SignupRequest.h"
#include "shared/json/JsonDecoder.h"
#include "shared/json/JsonEncoder.h"
#include "shared/json/JsonScanner.h"

#include <cstdint>
#include <cstdlib>

using namespace aegis;

namespace {

void demand(bool condition)
{
    if (!condition)
        std::abort();
}

template <class Dto> void tryOut(QByteArrayView json)
{
    const Result<Dto> first = decode<Dto>(json);
    if (!first.ok()) {
        const ProblemCode code = first.problem().code;
        demand(code == ProblemCode::MalformedJson || code == ProblemCode::ValidationFailed);
        demand((code == ProblemCode::ValidationFailed) == !first.problem().fields.empty());
        demand(first.problem().fields.size() <= FieldErrors::limit);
        return;
    }
    demand(scanJson(json).ok());
    const QByteArray written = encode(*first);
    const Result<Dto> second = decode<Dto>(written);
    demand(second.ok());
    demand(encode(*second) == written);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArrayView json(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    tryOut<SignupRequest>(json);
    tryOut<LogoutRequest>(json);
    tryOut<MeResponse>(json);
    return 0;
}
