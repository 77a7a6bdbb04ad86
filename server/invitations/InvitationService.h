#pragma once

#include "server/async/Task.h"
#include "server/auth/AccountMails.h"
#include "server/db/Database.h"
#include "server/idempotency/IdempotentCall.h"
#include "server/invitations/InvitationStore.h"

namespace aegis {

/// What administrators do with invitations. Any I/O thread.
class InvitationService {
public:
    struct Parts {
        Database &database;
        const IdempotencyStore &idempotency;
        const AccountMails &mails;
        Secret emailFingerprintKey;
        std::chrono::seconds lifetime; ///< of an invitation, and of one that is sent again
        InvitationStore::Most most;
        std::chrono::seconds freshFor; ///< since the caller's last proof of who it is, for inviting an owner
    };
    explicit InvitationService(Parts parts) : m_parts(std::move(parts)), m_calls(m_parts.database, m_parts.idempotency) {}

    Task<Result<InvitationPage>> list(const RequestContext &context, InvitationListRequest request) const;
    Task<Result<InvitationResponse>> create(const RequestContext &context, InvitationCreateRequest request) const;
    Task<Result<InvitationResponse>> resend(const RequestContext &context, InvitationRequest request) const;
    Task<Result<InvitationResponse>> revoke(const RequestContext &context, InvitationRequest request) const;

    /// Invites in a transaction of the organization, which has that slug, and whose caller may do that.
    Result<InvitationDto> invite(Tx &tx, const QString &slug, const EmailAddress &email, const QStringList &roles) const;

private:
    template <class Work> Task<Result<InvitationResponse>> carryOut(const RequestContext &context, OrganizationId organization, Work work) const;
    QByteArray sentEvent(const RequestContext &context, const InvitationDto &invitation, bool again) const;

    const Parts m_parts;
    const IdempotentCall m_calls;
};

} // namespace aegis
