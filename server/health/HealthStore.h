#pragma once

#include "server/db/Tx.h"

namespace aegis {

/// What the database says of its own state.
class HealthStore {
public:
    struct State {
        Instant clock{};              ///< what time it is there
        int migrations = 0;           ///< that it has had
        bool hasRoomForEvents = true; ///< there is a partition for the events of tomorrow
    };
    static Result<State> state(Tx &tx);
    /// Lets PostgreSQL write half a megabyte to its disk, into a temporary file: whether it can. It changes nothing.
    static Result<void> tryDisk(Tx &tx);
};

} // namespace aegis
