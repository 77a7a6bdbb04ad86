#pragma once

#include "server/config/Settings.h"

#include <QtCore/QtGlobal>

namespace aegis {

/// Descriptors that a server with these settings may have open at once beside those of its clients: each connection to the
/// database has one; the I/O threads, the log, files that are read and the private cluster's watch are counted generously.
quint64 descriptorsBesideClients(const Settings &settings);

/// Raises the soft limit of open descriptors (RLIMIT_NOFILE) of this process to the hard one, and gives what holds then.
/// The usual soft limit, 1024, is for programs with select(2), which nothing here calls.
quint64 raiseDescriptorLimit();

} // namespace aegis
