#pragma once

#include "server/crypto/OpenSslPointers.h"
#include "server/crypto/SigningKeyEngine.h"

namespace aegis {

/// PKCS#8 in DER, not encrypted.
Result<Secret> privateKeyToDer(const EVP_PKEY *key);

} // namespace aegis
