#include "server/crypto/ConstantTime.h"

#include <openssl/crypto.h>

namespace aegis {

bool constantTimeEquals(QByteArrayView one, QByteArrayView other)
{
    return one.size() == other.size() && (one.isEmpty() || CRYPTO_memcmp(one.data(), other.data(), static_cast<std::size_t>(one.size())) == 0);
}

} // namespace aegis
