#pragma once

#include "shared/query/FilterField.h"

#include <QtCore/QStringList>

namespace aegis {

/// The place of the field with that name, in either case; -1 when there is none.
int placeOfField(QStringView name, FilterFields fields);

/// The names of all fields.
QStringList fieldNames(FilterFields fields);

/// All values that a field takes, where there are few: those of an Enum and of a Boolean.
QStringList valueNames(const FilterField &field);

} // namespace aegis
