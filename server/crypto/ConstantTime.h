#pragma once

#include <QtCore/QByteArrayView>

namespace aegis {

/// Whether both are the same, in a time that does not depend on where they differ. The lengths are not hidden.
bool constantTimeEquals(QByteArrayView one, QByteArrayView other);

} // namespace aegis
