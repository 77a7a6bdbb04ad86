#pragma once

#include "server/crypto/JwtSigner.h"
#include "server/keys/KeySet.h"
#include "server/sessions/AccessTokens.h"
#include "server/sessions/RefreshTokens.h"

#include <QtCore/QJsonObject>

namespace aegis::test {

/// A moment with a fraction of a second: what is cut to whole seconds shows.
inline const Instant sampleNow = fromUnixSeconds(1'800'000'000) + std::chrono::milliseconds(400);

/// A key as the server has it.
SigningKey makeKey(SigningAlgorithm algorithm = SigningAlgorithm::Es256);
RefreshTokens makeRefreshTokens(const QByteArray &secret = QByteArray(32, 'r'), const QString &issuer = QStringLiteral("aegis"));

/// A person in an organization, with two roles.
AccessGrant sampleGrant();
RefreshTokenFacts sampleFacts();

/// What stands in the token, unchecked.
QJsonObject claimsIn(const Secret &token);
/// A token with any claims, signed with that key.
Secret signedToken(const SigningKey &key, const QJsonObject &claims, QByteArrayView type);

} // namespace aegis::test
