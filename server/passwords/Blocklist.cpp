#include "server/passwords/Blocklist.h"

#include "BlocklistText.h"
#include "server/passwords/WipedString.h"

#include <algorithm>
#include <vector>

namespace aegis {
namespace {

/// The lines of the file in order; whoever edits it need not sort it. Lines that start with `#` are remarks.
const std::vector<std::string_view> &entries()
{
    static const std::vector<std::string_view> sorted = [] {
        std::vector<std::string_view> lines;
        for (std::string_view rest = blocklistText; !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            if (end > 0 && rest.front() != '#')
                lines.push_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        std::sort(lines.begin(), lines.end());
        return lines;
    }();
    return sorted;
}

} // namespace

bool isBlocklisted(QStringView password)
{
    const WipedString plain(password.toString());
    const WipedString folded(plain.text.toCaseFolded());
    const WipedBytes bytes(folded.text.toUtf8());
    return std::binary_search(entries().begin(), entries().end(),
                              std::string_view(bytes.bytes.constData(), static_cast<std::size_t>(bytes.bytes.size())));
}

qsizetype blocklistSize()
{
    return static_cast<qsizetype>(entries().size());
}

} // namespace aegis
