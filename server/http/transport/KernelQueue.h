#pragma once

#include <QtCore/QtGlobal>

namespace aegis::http {

/// Bytes of a connection that the peer's kernel has not confirmed yet; 0 when there is no connection any more.
qint64 unconfirmedBytes(int descriptor);

/// Whether the end of the descriptor throws away what is unconfirmed, by a reset. Else the kernel goes on to offer it to a
/// peer that may never take it, and nobody counts that memory any more.
void setResetAtEnd(int descriptor, bool on);

} // namespace aegis::http
