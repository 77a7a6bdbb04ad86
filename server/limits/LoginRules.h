#pragma once

#include <chrono>

namespace aegis {

/// What failed logins lead to.
struct LoginRules {
    // One e-mail address from one client address.
    int failures = 10;                       ///< before the first pause
    std::chrono::milliseconds pause{60'000}; ///< the first; each failure more doubles it
    std::chrono::milliseconds pauseMax{900'000};
    std::chrono::milliseconds forgotten{12 * 3'600'000}; ///< after so long without a failure

    // One e-mail address from all client addresses.
    int accountFailures = 30;               ///< before what follows
    std::chrono::milliseconds delay{1'000}; ///< between attempts; each failure more makes it longer by as much
    std::chrono::milliseconds delayMax{10'000};
    bool strict = false; ///< lock the account instead
    std::chrono::milliseconds lock{900'000};

    // What is worth an event.
    int suspiciousAccounts = 10;
    int suspiciousAddresses = 10;
    std::chrono::milliseconds window{3'600'000};
};

/// Whether an attempt may be made.
struct LoginAdmission {
    enum class Refusal { None, Pair, Account };

    Refusal refusal = Refusal::None;
    std::chrono::milliseconds wait{}; ///< until one may be made
    int pairFailures = 0;             ///< with this one, if it may
    int accountFailures = 0;

    friend bool operator==(const LoginAdmission &, const LoginAdmission &) = default;
};

/// What a failure made suspicious: each is true once a window.
struct LoginSuspicion {
    bool manyAccounts = false;  ///< from one address
    bool manyAddresses = false; ///< on one account

    friend bool operator==(const LoginSuspicion &, const LoginSuspicion &) = default;
};

} // namespace aegis
