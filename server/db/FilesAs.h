#pragma once

#include "server/db/PostgresProcess.h"

#include <sys/types.h>

#include <vector>

namespace aegis {

/// While it lives, this thread touches files as that account and with its rights alone: what PostgreSQL's account puts in the
/// way (links above all) leads root nowhere that the account could not go itself. Other threads are not affected: the system
/// calls change the credentials of the calling thread (credentials(7), setfsuid(2)). Nothing may be forked meanwhile. It does
/// nothing for the account that this process has anyway.
class [[nodiscard]] FilesAs {
public:
    explicit FilesAs(const SystemAccount &account);
    /// Ends the process when root's rights do not come back: nothing good could follow.
    ~FilesAs();
    FilesAs(const FilesAs &) = delete;
    FilesAs &operator=(const FilesAs &) = delete;

private:
    const bool m_isOther;
    std::vector<gid_t> m_groups; ///< of before
    uid_t m_uid = 0;
    gid_t m_gid = 0;
};

} // namespace aegis
