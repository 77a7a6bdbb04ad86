#pragma once

#include "server/db/Database.h"
#include "shared/text/Slug.h"

#include <vector>

namespace aegis {

/// Which slugs organizations have, across all tenants.
class SlugStore {
public:
    /// Those of the slugs that are taken.
    static Task<Result<QStringList>> taken(Database &database, const RequestContext &context, const QStringList &slugs);
};

} // namespace aegis
