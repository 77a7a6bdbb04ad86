#pragma once

#include "tests/support/TestServer.h"

namespace aegis::test {

/// Somebody with an authenticator app.
struct Enrolled {
    SignedUp person;
    Secret secret; ///< as the app has it
    QByteArrayList backupCodes;

    /// What the app shows, so many steps from what the server takes for the present.
    QByteArray code(const TestServer &server, int stepsAhead = 0) const;
};

/// The bytes of a Base32 text without padding (RFC 4648).
Secret base32Decoded(const QByteArray &text);

/// Sets up a second factor over HTTP. Its first code is used up with that: advance() by half a minute for the next one.
Enrolled enrol(TestServer &server, const SignedUp &person);

/// The first half of a login, which must demand the second one.
QByteArray mfaTokenFor(const TestServer &server, const SignedUp &person);
TestReply challenge(const TestServer &server, const QByteArray &mfaToken, const QByteArray &code);
TestReply challengeWithBackupCode(const TestServer &server, const QByteArray &mfaToken, const QByteArray &backupCode);

/// A member of the claims of a token, as text; a list apart by commas.
QByteArray claimIn(const QByteArray &token, QLatin1String name);

} // namespace aegis::test
