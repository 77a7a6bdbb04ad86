#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

namespace aegis {

/// What stands in a plain file from that byte on, its last 64 KiB at most; empty when there is none. A link is none, and
/// neither is what would block.
QByteArray readPlainFile(const QString &path, qint64 from = 0);

} // namespace aegis
