#include "server/auth/NewAccount.h"

#include "shared/text/DisplayName.h"

namespace aegis {
namespace {

/// Nothing for a name that is not given, and for one that is none.
std::optional<QString> nameIfGiven(const std::optional<QString> &text)
{
    return text ? parseDisplayName(*text, maxPersonNameLength) : std::nullopt;
}

Problem unchecked()
{
    return Problem(ProblemCode::ValidationFailed).withInternal(QStringLiteral("a new account whose texts the decoder has not checked"));
}

} // namespace

Result<NewAccount> NewAccount::from(SignupRequest request)
{
    auto email = EmailAddress::parse(request.email);
    auto firstName = parseDisplayName(request.firstName, maxPersonNameLength);
    auto lastName = parseDisplayName(request.lastName, maxPersonNameLength);
    auto organizationName = parseDisplayName(request.organizationName, maxOrganizationNameLength);
    auto slug = Slug::parse(request.organizationSlug);
    if (!email || !firstName || !lastName || !organizationName || !slug)
        return unchecked();
    return NewAccount{.email = *std::move(email),
                      .password = std::move(request.password),
                      .firstName = std::move(firstName),
                      .lastName = std::move(lastName),
                      .organization = Organization{.name = *std::move(organizationName), .slug = *std::move(slug)}};
}

Result<NewAccount> NewAccount::from(RegisterRequest request)
{
    auto email = EmailAddress::parse(request.email);
    auto firstName = nameIfGiven(request.firstName);
    auto lastName = nameIfGiven(request.lastName);
    if (!email || firstName.has_value() != request.firstName.has_value() || lastName.has_value() != request.lastName.has_value())
        return unchecked();
    return NewAccount{.email = *std::move(email),
                      .password = std::move(request.password),
                      .firstName = std::move(firstName),
                      .lastName = std::move(lastName),
                      .organization = {}};
}

Result<NewAccount> NewAccount::invited(const EmailAddress &email, const OrganizationId &by, InvitationAcceptRequest request)
{
    auto firstName = nameIfGiven(request.firstName);
    auto lastName = nameIfGiven(request.lastName);
    if (firstName.has_value() != request.firstName.has_value() || lastName.has_value() != request.lastName.has_value())
        return unchecked();
    return NewAccount{.email = email,
                      .password = std::move(request.password),
                      .firstName = std::move(firstName),
                      .lastName = std::move(lastName),
                      .organization = {},
                      .invitedTo = by};
}

} // namespace aegis
