#include "server/crypto/KeyText.h"

#include "server/crypto/Base64.h"

#include <algorithm>

namespace aegis {
namespace {

constexpr qsizetype keySize = 32;

bool isHexDigit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

Secret wiped(QByteArray bytes)
{
    Secret secret{QByteArrayView(bytes)};
    explicit_bzero(bytes.data(), static_cast<std::size_t>(bytes.size()));
    return secret;
}

} // namespace

Result<Secret> parseKey256(QByteArrayView text)
{
    if (text.size() == 2 * keySize && std::all_of(text.begin(), text.end(), isHexDigit))
        return wiped(QByteArray::fromHex(QByteArray::fromRawData(text.data(), text.size())));
    if (text.size() == 44 && text.endsWith('='))
        text = text.chopped(1);
    for (const Base64Alphabet alphabet : {Base64Alphabet::Standard, Base64Alphabet::Url}) {
        auto bytes = base64Decode(text, alphabet);
        if (bytes && bytes->size() == keySize)
            return wiped(*std::move(bytes));
    }
    return Problem(ProblemCode::ValidationFailed, QStringLiteral("a key of 32 bytes is needed, as 64 hex digits or as Base64"));
}

Result<Secret> parseSharedSecret(QByteArrayView text)
{
    if (text.size() < keySize)
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("a secret of at least 32 bytes is needed"));
    return Secret(text);
}

} // namespace aegis
