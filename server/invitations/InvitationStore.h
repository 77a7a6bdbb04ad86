#pragma once

#include "server/crypto/OwnedToken.h"
#include "server/db/Tx.h"
#include "shared/dto/Invitations.h"
#include "shared/dto/admin/Invitation.h"
#include "shared/text/EmailAddress.h"

#include <QtCore/QJsonObject>

namespace aegis {

/// Invitations into the transaction's organization.
class InvitationStore {
public:
    enum class Outcome { Done, NotFound, Inactive, Member, Pending, TooMany, Recent };

    /// How many mails are sent in a day: by one organization, and to one address by all.
    struct Most {
        int byOrganization = 0;
        int toAddress = 0;
    };
    /// A new one as a row, with its mail.
    static Result<Outcome> add(Tx &tx, const QJsonObject &invitation, const Most &most, const QJsonObject &mail, const QByteArray &events);
    struct Resending {
        InvitationId id;
        QByteArray tokenHash;
        Instant expiresAt{};
        Most most;
        QJsonObject mail;
        QByteArray events;
    };
    static Result<Outcome> resend(Tx &tx, const Resending &resending);
    /// False: there is none, or it has ended.
    static Result<bool> revoke(Tx &tx, const InvitationId &id, const QByteArray &events);

    /// `not_found`.
    static Result<InvitationDto> get(Tx &tx, const InvitationId &id);
    /// Of a row with all columns of the table; whether it has expired is seen from `now`.
    static InvitationDto from(const Row &row, Instant now);

    /// What somebody who brings the token may see.
    struct Found {
        InvitationId id;
        EmailAddress email;
        QStringList roles;
        InvitationPreview preview;
        OrganizationDto organization;
    };
    /// Nothing: it is none (any more), or the organization is not active.
    static Result<std::optional<Found>> find(Tx &tx, const OwnedToken &token);

    struct GivenRole {
        QString name;
        RoleId id;
    };
    struct Acceptance {
        bool isAccepted = false;
        QStringList roles;            ///< that the person was given
        std::vector<GivenRole> given; ///< those of them that the person had not
        bool hasVerified = false;     ///< whether the person's address counts as verified by this, and did not before
    };
    /// By a person whose transaction it is.
    static Result<Acceptance> accept(Tx &tx, const Found &invitation, const OwnedToken &token, const UserId &user);
};

} // namespace aegis
