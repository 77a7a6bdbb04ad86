#pragma once

#include <QtCore/QByteArray>

namespace aegis {

/// docs/events.md, made from the catalogue so that it cannot drift from it. A test compares the two.
QByteArray eventDocument();

} // namespace aegis
