#pragma once

#include "shared/json/Field.h"

namespace aegis {

/// How the token of a mail looks: 64 characters of base64url.
inline constexpr FieldRules mailTokenRules{.minLength = 1,
                                           .maxLength = 128,
                                           .description = "The token of the mail: what stands behind `#token=` in its link.",
                                           .example = "AZOg8HwAeryN7wEjRWeJqwX3mH8yq2pJtL0c5nVvK1bD9sQeZ4uR7wGaTfYhNkPl"};

} // namespace aegis
