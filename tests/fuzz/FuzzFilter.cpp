// Whatever text comes, the parser answers with an expression, which it reads again from its canonical text, or with an error that
// points into the text; and the completion answers at every place.
#include "shared/query/FilterCatalogues.h"
#include "shared/query/FilterCompletion.h"
#include "shared/query/FilterParser.h"
#include "shared/query/FilterText.h"

#include <cstdint>
#include <cstdlib>

using namespace aegis;

namespace {

void demand(bool condition)
{
    if (!condition)
        std::abort();
}

void tryOut(const QString &text, FilterFields fields)
{
    const Instant now = fromUnixSeconds(1'796'000'000);
    const FilterParsed first = parseFilter(text, fields, now);
    if (!first.ok()) {
        const FilterError &error = first.error();
        demand(error.position >= 0 && error.length >= 0 && error.position + error.length <= text.size() && !error.message.isEmpty());
        return;
    }
    const QString written = filterText(first.expression(), fields);
    if (written.size() > 2000) // it may be longer than what it was made of
        return;
    const FilterParsed second = parseFilter(written, fields, now);
    demand(second.ok() && second.expression() == first.expression());
    demand(filterText(second.expression(), fields) == written);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QString text = QString::fromUtf8(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    tryOut(text, userFilterFields);
    tryOut(text, sessionFilterFields);
    tryOut(text, eventFilterFields);
    tryOut(text, organizationFilterFields);
    const qsizetype cursor = size == 0 ? 0 : data[0] % (text.size() + 1);
    const FilterCompletion completion = completeFilter(text, cursor, sessionFilterFields);
    demand(completion.position >= 0 && completion.position + completion.length <= cursor);
    return 0;
}
