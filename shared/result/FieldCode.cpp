#include "shared/result/FieldCode.h"

#include <array>

namespace aegis {
namespace {

constexpr FieldCodeInfo row(FieldCode code, const char *name, const char *meaning)
{
    return {code, QLatin1String(name), QLatin1String(meaning)};
}

using enum FieldCode;

constexpr std::array catalogue{
    row(Required, "required", "The field must be given, and not be null."),
    row(Unknown, "unknown", "There is no such field."),
    row(Type, "type", "The value is of another JSON type."),
    row(Length, "length", "The text is too short or too long."),
    row(Range, "range", "The number is too small or too large."),
    row(Format, "format", "The text is not of the field's form, such as an e-mail address or a name."),
    row(Characters, "characters", "The slug has a character other than a-z, 0-9 and the hyphen."),
    row(Hyphens, "hyphens", "The slug has a hyphen at an end, or two in a row."),
    row(Reserved, "reserved", "The slug is a word that the product keeps for itself."),
    row(PasswordTooShort, "password_too_short", "The password has too few characters."),
    row(PasswordTooLong, "password_too_long", "The password has too many characters."),
    row(PasswordNeedsUpper, "password_needs_upper", "The password has no upper-case letter."),
    row(PasswordNeedsLower, "password_needs_lower", "The password has no lower-case letter."),
    row(PasswordNeedsDigit, "password_needs_digit", "The password has no digit."),
    row(PasswordTooCommon, "password_too_common", "The password is on the list of the most common ones."),
    row(PasswordContainsIdentity, "password_contains_identity", "The e-mail address or the name of the organization is in the password."),
    row(PasswordTooWeak, "password_too_weak", "The password keeps all other rules and is too easy to guess all the same."),
    row(PasswordInvalid, "password_invalid", "The password is not well-formed UTF-8, or has a NUL in it."),
    row(Filter, "filter", "The filter of the list cannot be read; the message says at which character, and why."),
    row(SettingValue, "value", "The setting does not take that value."),
    row(SettingDuplicate, "duplicate", "The setting is there twice."),
    row(SettingConflict, "conflict", "Two settings exclude each other."),
};

constexpr bool isInOrder()
{
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
        if (catalogue[i].code != static_cast<FieldCode>(i))
            return false;
    }
    return catalogue.size() == static_cast<std::size_t>(SettingConflict) + 1;
}
static_assert(isInOrder(), "the catalogue has one row for each code, in the order of the enumeration");

} // namespace

std::span<const FieldCodeInfo> fieldCodesOfRequests()
{
    return std::span(catalogue).first(static_cast<std::size_t>(SettingValue));
}

const FieldCodeInfo &fieldCodeInfo(FieldCode code)
{
    return catalogue[static_cast<std::size_t>(code)];
}

} // namespace aegis
