#pragma once

#include "shared/result/Problem.h"

namespace aegis {

/// Why a sealer does not go on with the trail that it finds.
inline Problem damagedTrail(const QString &what)
{
    return Problem(
        ProblemCode::Internal,
        QStringLiteral("the audit trail is not sealed on: %1. Run `aegisd audit verify`, and see `When sealing has stopped` in docs/audit.md")
            .arg(what));
}

} // namespace aegis
