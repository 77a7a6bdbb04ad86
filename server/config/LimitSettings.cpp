#include "server/config/SettingRows.h"

namespace aegis {

using namespace setting_rows;

SettingGroup limitSettings()
{
    return {
        QStringLiteral("Limits"),
        {rate("RATE_LIMIT_LOGIN", &Settings::rateLimitLogin, "30/5m",
              "Logins from one client address (of IPv6 one /64), right ones too, and tokens of mails that are presented. An office behind one "
              "address logs in less often than that, "
              "and a password list is long."),
         rate("RATE_LIMIT_SIGNUP", &Settings::rateLimitSignup, "10/1h",
              "Signups and registrations from one client address. Each makes rows and costs a hash, and few people make accounts often."),
         rate("RATE_LIMIT_REFRESH", &Settings::rateLimitRefresh, "150/5m",
              "Refreshes from one client address: a hundred people behind one address refresh about 35 times in five minutes."),
         rate("RATE_LIMIT_MFA", &Settings::rateLimitMfa, "15/1m",
              "Calls from one client address that set a second factor up, show one, or take it away. A code has a million values, so few may be "
              "tried; "
              "MFA_MAX_FAILURES counts those of one person."),
         rate("RATE_LIMIT_MAIL", &Settings::rateLimitMail, "20/1h",
              "Calls that ask for a mail by an e-mail address, from one client address: people forget a password seldom, and each call may fill "
              "somebody's mailbox. MAILS_PER_ACCOUNT bounds what one account gets from everywhere."),
         rate("RATE_LIMIT_SLUG_CHECK", &Settings::rateLimitSlugCheck, "60/1m",
              "Checks of a slug from one client address: one each second while somebody types."),
         rate("RATE_LIMIT_ACCOUNT", &Settings::rateLimitAccount, "600/1m",
              "Calls by one person who is logged in, from all addresses: a client that runs wild does not take the database from the others."),
         rate("RATE_LIMIT_CLIENT", &Settings::rateLimitClient, "6000/1m",
              "Calls with client credentials (introspection, revocation) by one client, and from one client address: a service that asks about "
              "each of its requests makes many, and one that runs wild does not take the server from the others."),
         count("LIMIT_COUNTERS", &Settings::limitCounters, "262144", 4096, 16777216,
               "Addresses that can be told apart at a time, 16 bytes each. When there are more, newcomers of one neighbourhood share a counter; who "
               "is already counted is never forgotten for them."),
         count("LOGIN_FAILURES", &Settings::loginFailures, "10", 1, 1000,
               "Failed logins to one e-mail address from one client address before they have to pause: more than anybody mistypes."),
         duration("LOGIN_PAUSE", &Settings::loginPause, "1m", "1s", "1d", "The first pause. Each failure after it doubles the pause."),
         duration("LOGIN_PAUSE_MAX", &Settings::loginPauseMax, "15m", "1s", "1d",
                  "The longest pause: a person comes back after it, and four guesses an hour lead nowhere."),
         duration("LOGIN_FAILURES_FORGOTTEN", &Settings::loginFailuresForgotten, "12h", "1m", "30d",
                  "After so long without a failure they are forgotten; a success forgets them at once."),
         count("ACCOUNT_FAILURES", &Settings::accountFailures, "30", 1, 100000,
               "Failed logins to one e-mail address from all client addresses before LOCKOUT takes effect: guessing from many addresses."),
         choice<Lockout>("LOCKOUT", &Settings::lockout, "delay", {{"delay", Lockout::Delay}, {"strict", Lockout::Strict}},
                         "What ACCOUNT_FAILURES lead to. delay: one attempt at a time, with ACCOUNT_DELAY between them; an address from which the "
                         "account has an open session is not held up, so nobody can lock a person out of where they are signed in. strict: the "
                         "account is locked and its sessions end, for LOCKOUT_DURATION (nothing ends it sooner yet); whoever knows the "
                         "e-mail address can cause that."),
         duration("ACCOUNT_DELAY", &Settings::accountDelay, "1s", "1s", "1h",
                  "For LOCKOUT=delay: the first delay. Each failure more makes it longer by as much."),
         duration("ACCOUNT_DELAY_MAX", &Settings::accountDelayMax, "10s", "1s", "1h",
                  "For LOCKOUT=delay: the longest delay. Six guesses a minute against one account from the whole network together."),
         duration("LOCKOUT_DURATION", &Settings::lockoutDuration, "15m", "1s", "1d", "For LOCKOUT=strict: how long the account stays locked."),
         count("SUSPICION_ACCOUNTS", &Settings::suspicionAccounts, "10", 2, 20,
               "Failed logins to so many e-mail addresses from one client address within SUSPICION_WINDOW are worth an event."),
         count("SUSPICION_ADDRESSES", &Settings::suspicionAddresses, "10", 2, 20,
               "Failed logins to one e-mail address from so many client addresses within SUSPICION_WINDOW are worth an event."),
         duration("SUSPICION_WINDOW", &Settings::suspicionWindow, "1h", "1m", "1d",
                  "The time for both; it is also how long the same suspicion makes no second event.")}};
}

} // namespace aegis
