#pragma once

#include "server/auth/PasswordCostStore.h"
#include "server/limits/LimitKeys.h"
#include "server/passwords/PasswordParameters.h"

#include <mutex>
#include <vector>

namespace aegis {

/// What a login to an address that nobody has must cost, so that its time does not tell: the cost of one of the passwords that
/// there are, each kind as often as accounts have it. Which one belongs to the address is chosen by a keyed hash, so it is the same each
/// time, as an account's is. Any thread.
class DecoyCosts {
public:
    /// Until learn() was called everybody costs the present parameters.
    DecoyCosts(const LimitKeys &keys, PasswordParameters present) : m_keys(keys), m_present(present) {}

    void learn(const std::vector<PasswordCostStore::Share> &shares);
    /// Of what was typed as address, whether it is one or not; however it is written.
    PasswordParameters costOf(const QString &typedEmail) const;

private:
    struct Kind {
        PasswordParameters cost;
        double upTo = 0; ///< of the fractions: those below it and not below the kind before
    };

    const LimitKeys &m_keys;
    const PasswordParameters m_present;
    mutable std::mutex m_mutex;
    std::vector<Kind> m_kinds;
};

} // namespace aegis
