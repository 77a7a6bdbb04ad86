#pragma once

#include <QtCore/QString>

#include <concepts>
#include <string_view>
#include <tuple>
#include <utility>

namespace aegis {

/// Where a field travels in a request or an answer.
enum class In {
    Body,   ///< member of the JSON object
    Form,   ///< parameter of a body that is `application/x-www-form-urlencoded`; unknown ones are passed over (RFC 6749, 3.2)
    Path,   ///< segment of the address, `{name}` in its template
    Query,  ///< parameter of the query
    Header, ///< header field
};

/// Whether fields that travel there make up the body.
constexpr bool isInBody(In place)
{
    return place == In::Body || place == In::Form;
}

class FieldErrors;

/// Whether a text is good; if not, it has added an error, which does not hold the text.
using TextCheck = bool (*)(const QString &text, FieldErrors &errors);

/// What is known about a field besides its type: checked by the decoder, told by the API document. A field is required
/// unless its type is std::optional.
struct FieldRules {
    In in = In::Body;
    int minLength = 0;              ///< in code points, strings only
    int maxLength = 0;              ///< in code points, strings only; 0: no bound of its own
    bool nullable = false;          ///< optional only: an absent value is written as null, and null is read as absent
    std::string_view values{};      ///< of the API document: all values that there are, apart by commas
    std::string_view pattern{};     ///< of the API document, where the handler checks: a regular expression (ECMA-262)
    int documentedMinLength = 0;    ///< of the API document, where the handler checks more than minLength
    int documentedMaxLength = 0;    ///< of the API document, where the handler checks more than maxLength
    std::string_view format{};      ///< of the API document, where the type does not say it, e.g. `email`
    std::string_view description{}; ///< English sentence
    std::string_view example{};     ///< as text; the elements of a list stand apart by commas
    TextCheck check = nullptr;      ///< strings only: what the decoder asks for beyond the length
};

/// One field of a DTO: its name on the wire, its member and its rules.
template <class Owner, class Member> struct Field {
    using Type = Member;

    std::string_view name;
    Member Owner::*member;
    FieldRules rules;
};

template <class Owner, class Member> constexpr Field<Owner, Member> field(std::string_view name, Member Owner::*member, FieldRules rules = {})
{
    return {name, member, rules};
}

/// The field list of a DTO, declared beside it; decoder, encoder and API document all read it:
///
///     template <> struct Fields<LoginRequest> {
///         static constexpr std::string_view name = "LoginRequest";
///         static constexpr std::tuple list{field("email", &LoginRequest::email, {.maxLength = 254}), ...};
///     };
template <class Dto> struct Fields;

template <class Dto>
concept HasFields = requires
{
    {
        Fields<Dto>::name
        } -> std::convertible_to<std::string_view>;
    std::tuple_size<std::remove_cvref_t<decltype(Fields<Dto>::list)>>::value;
};

/// Calls the function with each field, in the declared order.
template <HasFields Dto, class Function> constexpr void forEachField(Function &&function)
{
    std::apply([&](const auto &...fields) { (function(fields), ...); }, Fields<Dto>::list);
}

/// Whether any field of the DTO travels there.
template <HasFields Dto> constexpr bool hasFieldsIn(In place)
{
    bool found = false;
    forEachField<Dto>([&](const auto &field) { found = found || field.rules.in == place; });
    return found;
}

} // namespace aegis
