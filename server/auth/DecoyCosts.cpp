#include "server/auth/DecoyCosts.h"

#include "server/passwords/PasswordCost.h"
#include "shared/text/EmailAddress.h"

#include <algorithm>

namespace aegis {

void DecoyCosts::learn(const std::vector<PasswordCostStore::Share> &shares)
{
    std::vector<PasswordCostStore::Share> sorted = shares; // so that an address keeps its cost from one time to the next
    std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) { return a.beginning < b.beginning; });
    double all = 0;
    for (const auto &share : sorted)
        all += static_cast<double>(share.accounts);
    std::vector<Kind> kinds;
    double sum = 0;
    for (const auto &share : sorted) {
        sum += static_cast<double>(share.accounts);
        kinds.push_back({passwordCostOf(share.beginning).value_or(m_present), sum / all}); // what cannot be used costs the present
    }
    const std::lock_guard lock(m_mutex);
    m_kinds = std::move(kinds);
}

PasswordParameters DecoyCosts::costOf(const QString &typedEmail) const
{
    const auto email = EmailAddress::parse(typedEmail);
    const double fraction = m_keys.fraction("decoy", (email ? email->text() : typedEmail.toLower()).toUtf8());
    const std::lock_guard lock(m_mutex);
    for (const Kind &kind : m_kinds) {
        if (fraction < kind.upTo)
            return kind.cost;
    }
    return m_present;
}

} // namespace aegis
