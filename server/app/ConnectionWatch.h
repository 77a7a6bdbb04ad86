#pragma once

#include <QtCore/QtGlobal>

namespace aegis {

/// Judges how many connections there are, once a second: what the log should say, and whether so many have gone that it is
/// worth giving memory back to the system. Not thread-safe.
class ConnectionWatch {
public:
    /// What the server counts.
    struct Sample {
        int connections = 0;        ///< open now
        quint64 refused = 0;        ///< since the start
        quint64 endedForOthers = 0; ///< since the start
    };

    struct Verdict {
        quint64 refused = 0; ///< since the last look
        quint64 endedForOthers = 0;
        bool giveMemoryBack = false; ///< many have gone, and no more are going
    };

    Verdict look(const Sample &sample);

private:
    Sample m_last;
    int m_most = 0; ///< connections at once, since memory was given back
};

} // namespace aegis
