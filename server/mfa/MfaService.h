#pragma once

#include "server/mfa/SecondFactor.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/TokenIssuer.h"
#include "shared/dto/Mfa.h"

namespace aegis {

/// A person's own second factor: setting it up, and doing without it again. Any I/O thread.
class MfaService {
public:
    struct Options {
        QString issuer;                     ///< that an authenticator app shows
        int backupCodes = 10;               ///< of a set
        std::chrono::seconds freshFor{600}; ///< how old a login may be for a change
        bool forVerified = false;           ///< whether an address must be verified before a second factor is set up
    };

    MfaService(Database &database, const Sealing &sealing, const SecondFactor &factor, const TokenIssuer &tokens, RevocationList &revocations,
               Options options) :
        m_database(database),
        m_sealing(sealing), m_factor(factor), m_tokens(tokens), m_revocations(revocations), m_options(std::move(options))
    {
    }

    Task<Result<MfaStatusResponse>> status(const RequestContext &context) const;
    /// Makes a secret that a code has still to confirm. `reauthentication_required`, `email_not_verified`, `mfa_already_enabled`.
    Task<Result<MfaEnrolmentResponse>> enable(const RequestContext &context) const;
    /// Activates it. Every other session of the person ends at once, for a password alone has opened it; the present one has just
    /// shown both factors, and stays.
    Task<Result<BackupCodesResponse>> verify(const RequestContext &context, MfaVerifyRequest request) const;
    Task<Result<void>> disable(const RequestContext &context, SecondFactorRequest request) const;
    Task<Result<BackupCodesResponse>> replaceBackupCodes(const RequestContext &context, SecondFactorRequest request) const;

private:
    Database &m_database;
    const Sealing &m_sealing;
    const SecondFactor &m_factor;
    const TokenIssuer &m_tokens;
    RevocationList &m_revocations;
    const Options m_options;
};

} // namespace aegis
