#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>

namespace aegis::test {

/// The qualified names of the classes, structs, unions and enumerations that a source defines for others to see: at
/// namespace scope and outside of anonymous namespaces. Two files of a program that define one name differently break the
/// one-definition rule, which no compiler and no linker notices. Specializations of templates are left out.
QStringList typesDefinedIn(const QString &text);

} // namespace aegis::test
