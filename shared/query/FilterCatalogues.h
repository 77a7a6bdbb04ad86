#pragma once

#include "shared/query/FilterField.h"

#include <array>
#include <vector>

namespace aegis {

namespace detail {

constexpr FilterField filterField(const char *name, FilterType type, const char *description, std::span<const QLatin1String> values = {})
{
    return {QLatin1String(name), type, values, QLatin1String(description)};
}

/// A Text that words without a field are looked for in.
constexpr FilterField searchedField(const char *name, const char *description)
{
    return {QLatin1String(name), FilterType::Text, {}, QLatin1String(description), true};
}

inline constexpr std::array userStatuses{QLatin1String("active"), QLatin1String("locked"), QLatin1String("suspended")};
inline constexpr std::array organizationStatuses{QLatin1String("active"), QLatin1String("pending"), QLatin1String("suspended"),
                                                 QLatin1String("deleted")};
inline constexpr std::array sessionEndings{QLatin1String("logout"),  QLatin1String("logout_all"), QLatin1String("token_reuse"),
                                           QLatin1String("expired"), QLatin1String("revoked"),    QLatin1String("switched")};
inline constexpr std::array eventSeverities{QLatin1String("info"), QLatin1String("notice"), QLatin1String("warning")};

inline constexpr std::array userFields{
    searchedField("email", "The e-mail address, in lower case."),
    searchedField("name", "First and last name."),
    filterField("status", FilterType::Enum, "What the account may do.", userStatuses),
    filterField("role", FilterType::Text, "The name of a role that the person holds."),
    filterField("mfa", FilterType::Boolean, "Whether a second factor is active."),
    filterField("emailVerified", FilterType::Boolean, "Whether the e-mail address has been proved."),
    filterField("created", FilterType::Time, "When the account was made."),
    filterField("lastLogin", FilterType::Time, "When the person last logged in; none: never."),
    filterField("organization", FilterType::Uuid, "An organization that the person is a member of."),
    filterField("managed", FilterType::Boolean, "Whether an organization manages the account."),
    filterField("id", FilterType::Uuid, "The person's id."),
};

inline constexpr std::array sessionFields{
    filterField("user", FilterType::Uuid, "The id of the person who is logged in."),
    searchedField("email", "The person's e-mail address, in lower case."),
    filterField("organization", FilterType::Uuid, "The organization that the session is in; none: in no organization."),
    filterField("ip", FilterType::Address, "The address that it was begun from."),
    searchedField("device", "The program and system that it was begun with."),
    filterField("created", FilterType::Time, "When it began."),
    filterField("lastUsed", FilterType::Time, "When its token was last renewed."),
    filterField("ended", FilterType::Time, "When it ended; none: it has not."),
    filterField("reason", FilterType::Enum, "Why it ended.", sessionEndings),
    filterField("endedBy", FilterType::Uuid, "The id of the person who ended it."),
    filterField("active", FilterType::Boolean, "Whether it can still be used."),
    filterField("id", FilterType::Uuid, "The session's id."),
};

inline constexpr std::array eventFields{
    filterField("type", FilterType::Text, "The type, as the catalogue of events names it."),
    filterField("time", FilterType::Time, "When it happened."),
    filterField("actor", FilterType::Text, "The e-mail address or the id of who did it."),
    filterField("subject", FilterType::Text, "The e-mail address or the id of what it was done to."),
    filterField("session", FilterType::Uuid, "The session that it was done in."),
    filterField("organization", FilterType::Uuid, "The organization that it belongs to."),
    filterField("correlation", FilterType::Uuid, "What all events of one call have in common."),
    filterField("ip", FilterType::Address, "The address of who did it."),
    searchedField("userAgent", "What the program called itself."),
    filterField("severity", FilterType::Enum, "How much it matters.", eventSeverities),
    filterField("id", FilterType::Uuid, "The event's id."),
};

inline constexpr std::array organizationFields{
    searchedField("name", "The organization's name."),
    searchedField("slug", "Its short name in addresses."),
    filterField("status", FilterType::Enum, "What it may do.", organizationStatuses),
    filterField("created", FilterType::Time, "When it was made."),
    filterField("members", FilterType::Number, "How many people are members."),
    filterField("id", FilterType::Uuid, "Its id."),
};

inline constexpr std::array invitationStatuses{QLatin1String("pending"), QLatin1String("accepted"), QLatin1String("revoked"),
                                               QLatin1String("expired")};
inline constexpr std::array invitationFields{
    searchedField("email", "Who was invited, in lower case."),
    filterField("role", FilterType::Text, "The name of a role that the person would have."),
    filterField("invitedBy", FilterType::Uuid, "The id of the person who did it."),
    filterField("created", FilterType::Time, "When it was made."),
    filterField("expires", FilterType::Time, "Until when it can be accepted."),
    filterField("ended", FilterType::Time, "When it ended; none: it has not."),
    filterField("status", FilterType::Enum, "What became of it.", invitationStatuses),
    filterField("id", FilterType::Uuid, "Its id."),
};

inline constexpr std::array memberFields{
    searchedField("email", "The e-mail address, in lower case."),
    searchedField("name", "First and last name."),
    filterField("status", FilterType::Enum, "What the account may do.", userStatuses),
    filterField("role", FilterType::Text, "The name of a role that the person has in the organization."),
    filterField("mfa", FilterType::Boolean, "Whether a second factor is active."),
    filterField("joined", FilterType::Time, "Since when the person is a member."),
    filterField("id", FilterType::Uuid, "The person's id."),
};

} // namespace detail

/// What the lists of the administration know, for the server and for the console.
inline constexpr FilterFields userFilterFields = detail::userFields;
inline constexpr FilterFields sessionFilterFields = detail::sessionFields;
/// `type` is a Text here. withValues() makes it one of the types that the server has.
inline constexpr FilterFields eventFilterFields = detail::eventFields;
inline constexpr FilterFields organizationFilterFields = detail::organizationFields;
inline constexpr FilterFields invitationFilterFields = detail::invitationFields;
inline constexpr FilterFields memberFilterFields = detail::memberFields;

/// The fields with one of them made an Enum of values that are only known at run time, which must live as long as the fields do.
std::vector<FilterField> withValues(FilterFields fields, QLatin1String name, std::span<const QLatin1String> values);

} // namespace aegis
