#include "server/crypto/OwnedToken.h"

#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"
#include "server/crypto/Random.h"

namespace aegis {
namespace {

constexpr qsizetype idBytes = 16, randomCount = 32;

} // namespace

Result<OwnedToken> OwnedToken::make(const QUuid &owner)
{
    TRY(const Secret random, randomSecret(randomCount));
    const Secret text(base64Url(owner.toRfc4122() + random.reveal().toByteArray()));
    return OwnedToken{.owner = owner, .text = text, .hash = sha256(text.reveal())};
}

std::optional<OwnedToken> OwnedToken::parse(const Secret &text)
{
    const auto bytes = base64UrlDecode(text.reveal());
    if (!bytes || bytes->size() != idBytes + randomCount)
        return std::nullopt;
    const QUuid owner = QUuid::fromRfc4122(bytes->first(idBytes));
    if (owner.isNull())
        return std::nullopt;
    return OwnedToken{.owner = owner, .text = text, .hash = sha256(text.reveal())};
}

} // namespace aegis
