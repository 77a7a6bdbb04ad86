#pragma once

#include "server/crypto/SigningKey.h"

namespace aegis {

/// The encoded header of every token that is signed with this key and type: `{"alg":...,"typ":...,"kid":...}`.
QByteArray jwtHeader(const SigningKey &key, QByteArrayView type);

} // namespace aegis
