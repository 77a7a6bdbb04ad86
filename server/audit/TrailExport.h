#pragma once

#include "server/audit/TrailReader.h"

#include <QtCore/QIODevice>

namespace aegis {

/// Which seals are written; 0: from the first, to the last.
struct TrailRange {
    qint64 from = 0;
    qint64 to = 0;
};

/// What was written.
struct TrailExported {
    qint64 seals = 0;
    quint64 events = 0;
};

/// `aegisd audit export`: writes the sealed events and their seals as NDJSON (docs/audit.md, `The export`), page by page, so that
/// its size does not matter. Blocks.
Result<TrailExported> exportTrail(DatabaseSession &session, TrailRange range, QIODevice &out, Instant now);

} // namespace aegis
