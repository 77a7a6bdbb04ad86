#pragma once

#include "server/passwords/PasswordParameters.h"

#include <QtCore/QByteArrayView>

#include <optional>

namespace aegis {

/// What comparing with a stored hash costs, from its beginning (`$argon2id$v=19$m=19456,t=2,p=1$`, `$2b$12$`) or the whole of it;
/// nothing for one that is not compared with, because it is malformed or of a forbidden cost. Only the members of its algorithm count.
std::optional<PasswordParameters> passwordCostOf(QByteArrayView hash);

} // namespace aegis
