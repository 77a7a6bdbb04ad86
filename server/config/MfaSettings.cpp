#include "server/config/SettingRows.h"

namespace aegis {

using namespace setting_rows;

SettingGroup mfaSettings()
{
    return {QStringLiteral("Second factors"),
            {text("MFA_ISSUER", &Settings::mfaIssuer, "Aegis", 64,
                  "What an authenticator app shows beside the person's codes: the name that people know this service by. Apps show little "
                  "more than 20 characters, and all of it has to fit into a QR code."),
             count("MFA_MAX_FAILURES", &Settings::mfaMaxFailures, "5", 1, 100,
                   "Wrong codes of the app in a row, over all of a person's attempts, after which none is taken for MFA_PAUSE. Five of a million "
                   "codes, three of which are right at any time, leave a guesser a chance of 1 in 67,000. Also the backup codes that one half of "
                   "a login takes: they are never paused, having 80 random bits each."),
             duration("MFA_PAUSE", &Settings::mfaPause, "15m", "1s", "24h",
                      "How long that is. It leaves 480 guesses a day, which take more than a year to be as likely right as not."),
             duration("MFA_CHALLENGE_LIFETIME", &Settings::mfaChallengeLifetime, "5m", "30s", "1h",
                      "How long the second half of a login may take: enough to find the phone."),
             duration("MFA_ENROLMENT_LIFETIME", &Settings::mfaEnrolmentLifetime, "15m", "1m", "24h",
                      "How long a secret that was shown waits for its first code."),
             count("MFA_BACKUP_CODES", &Settings::mfaBackupCodes, "10", 1, 50, "Backup codes of a set: a card's worth."),
             duration("REAUTHENTICATION_MAX_AGE", &Settings::reauthenticationMaxAge, "10m", "30s", "24h",
                      "How old a login may be for what changes how one logs in. Beyond it POST /auth/reauthenticate comes first, so that an "
                      "open device is not enough.")}};
}

} // namespace aegis
