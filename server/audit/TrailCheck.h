#pragma once

#include "server/audit/TrailReader.h"
#include "server/audit/TrailVerifier.h"

namespace aegis {

/// `aegisd audit verify`: holds the events of a database against its seals, and the seals against each other and their keys. It
/// only reads, and takes as long as the trail is long. Blocks. A problem says that it could not be done; what is found is in the
/// verdict.
Result<TrailVerdict> checkTrail(DatabaseSession &session, const TrailTrust &trust, Instant now);

/// The same for what exportTrail() has written, without a database. Problems: the file cannot be read.
Result<TrailVerdict> checkExport(const QString &file, const TrailTrust &trust);

} // namespace aegis
