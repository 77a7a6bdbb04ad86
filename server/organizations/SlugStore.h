#pragma once

#include "server/db/Tx.h"
#include "shared/text/Slug.h"

#include <vector>

namespace aegis {

/// Which slugs organizations have, across all tenants.
class SlugStore {
public:
    /// Those of the slugs that are taken.
    static Result<QStringList> taken(Tx &tx, const QStringList &slugs);
};

} // namespace aegis
