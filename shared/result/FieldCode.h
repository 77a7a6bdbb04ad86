#pragma once

#include <QtCore/QLatin1String>

#include <span>

namespace aegis {

/// Everything that can be wrong with one field: nothing else can be said of it, because FieldError has room for nothing
/// else. The wire name of a code never changes once released; clients branch on it.
enum class FieldCode {
    // Of any field of a request.
    Required,
    Unknown,
    Type,
    Length,
    Range,
    Format,
    // Of a slug.
    Characters,
    Hyphens,
    Reserved,
    // Of a new password.
    PasswordTooShort,
    PasswordTooLong,
    PasswordNeedsUpper,
    PasswordNeedsLower,
    PasswordNeedsDigit,
    PasswordTooCommon,
    PasswordContainsIdentity,
    PasswordTooWeak,
    PasswordInvalid,
    // Of the filter of a list.
    Filter,
    // Of a setting of the server: told to its operator, never to a client.
    SettingValue,
    SettingDuplicate,
    SettingConflict,
};

/// One row of the catalogue.
struct FieldCodeInfo {
    FieldCode code;
    QLatin1String name;    ///< stable wire name, snake_case: the `code` of an element of `errors`
    QLatin1String meaning; ///< English sentence
};

/// What a client can be told of a field, in the order of the enumeration: the API document's list.
std::span<const FieldCodeInfo> fieldCodesOfRequests();

/// The row of one code.
const FieldCodeInfo &fieldCodeInfo(FieldCode code);

} // namespace aegis
