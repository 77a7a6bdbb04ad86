#include "server/crypto/Random.h"

#include <openssl/rand.h>

#include <climits>

namespace aegis {

Result<void> fillRandom(std::span<unsigned char> bytes)
{
    if (bytes.size() > INT_MAX || RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("the random generator failed"));
    return {};
}

Result<QByteArray> randomBytes(qsizetype count)
{
    QByteArray bytes(count, Qt::Uninitialized);
    CHECK(fillRandom({reinterpret_cast<unsigned char *>(bytes.data()), static_cast<std::size_t>(count)}));
    return bytes;
}

Result<Secret> randomSecret(qsizetype count)
{
    TRY(QByteArray bytes, randomBytes(count));
    Secret secret{QByteArrayView(bytes)};
    explicit_bzero(bytes.data(), static_cast<std::size_t>(bytes.size()));
    return secret;
}

} // namespace aegis
