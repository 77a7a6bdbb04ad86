#pragma once

#include <QtCore/QtGlobal>

namespace aegis::test {

/// A port of 127.0.0.1 that nobody listens on at the moment, for a program that has to be told one.
quint16 freePort();

} // namespace aegis::test
