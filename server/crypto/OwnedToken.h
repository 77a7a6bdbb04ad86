#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>
#include <QtCore/QUuid>

#include <optional>

namespace aegis {

/// A token that is mailed: 256 random bits after the id of whose it is. The id tells the transaction whose rows it may see, so a token
/// needs no look past row-level security; it says nothing that its bearer may not know. The database keeps the SHA-256 of the whole.
struct OwnedToken {
    QUuid owner;
    Secret text; ///< 64 characters of base64url
    QByteArray hash;

    static Result<OwnedToken> make(const QUuid &owner);
    /// Nothing for what cannot be one.
    static std::optional<OwnedToken> parse(const Secret &text);
};

} // namespace aegis
