#pragma once

#include "server/keys/KeyRing.h"
#include "server/sessions/AccessGrant.h"
#include "shared/result/Result.h"

#include <QtCore/QHash>

#include <mutex>

namespace aegis {

/// Makes access tokens and believes them again: JWT with the claims `iss aud sub sid jti iat exp org roles amr auth_time`.
/// A token that was verified is remembered until it expires, or a key goes, so a signature is checked once. Any thread.
class AccessTokens {
public:
    struct Options {
        QString issuer;
        QString audience;
        std::chrono::seconds lifetime{900};
        qsizetype remembered = 50'000; ///< verified tokens; some 300 bytes each
    };

    AccessTokens(const KeyRing &keys, Options options);

    std::chrono::seconds lifetime() const { return m_options.lifetime; }

    /// Signs a token for what the grant says; its id and times are made here. It ends with its session at the latest.
    Result<Secret> issue(const AccessGrant &grant, Instant now, Instant sessionExpiresAt) const;

    /// `overloaded` while this server holds no key to sign with (see KeyRing::isComplete()).
    Result<void> canSign(Instant now) const;

    /// What the token grants, if it is one of ours and valid at that moment; `invalid_token` otherwise, or `revocation_unavailable` when it may
    /// be signed by a key that this server lacks. Revocation is not looked at here.
    Result<std::shared_ptr<const AccessGrant>> verify(QByteArrayView token, Instant now) const;

private:
    using Digest = QByteArray; // SHA-256 of the token, so that no token is kept

    Result<std::shared_ptr<const AccessGrant>> verifyAnew(QByteArrayView token, Instant now) const;
    void remember(const Digest &digest, std::shared_ptr<const AccessGrant> grant, Instant now, std::uint64_t losses) const;

    const KeyRing &m_keys;
    const Options m_options;
    mutable std::mutex m_mutex;
    mutable std::uint64_t m_losses = 0; ///< of keys, when what is remembered was believed
    mutable QHash<Digest, std::shared_ptr<const AccessGrant>> m_remembered;
};

} // namespace aegis
