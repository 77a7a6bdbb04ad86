#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>

namespace aegis::test {

/// What is wrong with one source file as docs/architecture.md lays the layers, a sentence each; empty when nothing is.
/// `path` is relative to the root of the tree (`server/auth/LoginStore.h`), `text` is the whole file.
QStringList layerViolations(const QString &path, const QString &text);

} // namespace aegis::test
