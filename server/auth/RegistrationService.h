#pragma once

#include "server/async/Task.h"
#include "server/auth/AccountMails.h"
#include "server/auth/AccountStore.h"
#include "server/auth/NewAccount.h"
#include "server/config/Settings.h"
#include "server/db/Database.h"
#include "server/idempotency/IdempotencyStore.h"
#include "server/passwords/PasswordHasher.h"
#include "server/passwords/PasswordPolicy.h"
#include "server/sessions/SessionOpener.h"
#include "shared/dto/AuthResponse.h"

namespace aegis {

/// Makes accounts: with an organization of their own (signup) or without (register). Where addresses are verified it writes
/// the mail for that; where that is required the organization is pending until then, and the session of its owner is in none. Any
/// I/O thread.
class RegistrationService {
public:
    RegistrationService(Database &database, PasswordHasher &hasher, const PasswordPolicy &policy, const SessionOpener &opener,
                        const IdempotencyStore &idempotency, const AccountMails &mails, EmailVerificationMode verification) :
        m_database(database),
        m_hasher(hasher), m_policy(policy), m_opener(opener), m_idempotency(idempotency), m_mails(mails), m_verification(verification)
    {
    }

    Task<Result<RegistrationResponse>> signup(const RequestContext &context, SignupRequest request) const;
    Task<Result<RegistrationResponse>> registerPerson(const RequestContext &context, RegisterRequest request) const;

private:
    struct Prepared {
        RegistrationResponse response;
        AccountStore::Registration rows;
        Tenant tenant;
    };

    Task<Result<RegistrationResponse>> make(const RequestContext &context, NewAccount account) const;
    Task<Result<std::optional<RegistrationResponse>>> earlierAnswer(const RequestContext &context) const;
    Result<Prepared> prepare(const RequestContext &context, const NewAccount &account, const QByteArray &passwordHash) const;

    Database &m_database;
    PasswordHasher &m_hasher;
    const PasswordPolicy &m_policy;
    const SessionOpener &m_opener;
    const IdempotencyStore &m_idempotency;
    const AccountMails &m_mails;
    const EmailVerificationMode m_verification;
};

} // namespace aegis
