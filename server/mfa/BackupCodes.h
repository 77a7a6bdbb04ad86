#pragma once

#include "shared/ids/Id.h"
#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <vector>

namespace aegis {

/// Codes on paper, for who has lost the phone (look-up secrets of NIST SP 800-63B, 5.1.2). Each is 80 random bits, written in
/// four groups of four: what is kept of one (SHA-256 over the person and the code) cannot be guessed from a copy of the
/// database, so no key is needed that could be lost.
namespace backup_codes {

/// That many new codes, such as `k7qm-2xwd-9fhp-4rt6`.
Result<std::vector<Secret>> make(int count);

/// What the database keeps. Case, spaces and hyphens do not count.
QByteArray hashOf(const UserId &user, const Secret &code);

} // namespace backup_codes

} // namespace aegis
