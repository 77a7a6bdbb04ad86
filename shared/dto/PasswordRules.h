#pragma once

#include <string_view>

namespace aegis {

/// What the API document says of a new password's rules. They are the server's settings; TestDocumentation holds the numbers.
inline constexpr std::string_view passwordRules =
    "At least 8 characters, with an upper-case letter, a lower-case letter and a digit (with PASSWORD_POLICY=nist instead: at least 15 of any "
    "kind), and at most 256 (with PASSWORD_HASH=bcrypt 72 bytes), counted after normalization (NFKC). It must not be one of the most common "
    "passwords, nor hold the e-mail address "
    "or the name of the organization, nor be easily guessed (PASSWORD_MIN_SCORE). These are the defaults: the server's settings may ask for "
    "more or less.";

} // namespace aegis
