#pragma once

#include "shared/dto/Invitations.h"
#include "shared/dto/RegisterRequest.h"
#include "shared/dto/SignupRequest.h"
#include "shared/result/Result.h"
#include "shared/text/EmailAddress.h"
#include "shared/text/Slug.h"

#include <optional>

namespace aegis {

/// What is asked for with a new account, in its stored form.
struct NewAccount {
    struct Organization {
        QString name;
        Slug slug;
    };

    EmailAddress email;
    Secret password;
    std::optional<QString> firstName;
    std::optional<QString> lastName;
    std::optional<Organization> organization; ///< that comes with it
    OrganizationId invitedTo{};               ///< that invited the person, and manages the account; nil: none did

    /// The decoder has checked the texts and told each that is wrong, so a fault here is a bug: `validation_failed` without a field.
    /// The password is not judged here.
    static Result<NewAccount> from(SignupRequest request);
    static Result<NewAccount> from(RegisterRequest request);
    /// Of who accepts an invitation to that address.
    static Result<NewAccount> invited(const EmailAddress &email, const OrganizationId &by, InvitationAcceptRequest request);
};

} // namespace aegis
