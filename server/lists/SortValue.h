#pragma once

#include "server/db/Rows.h"
#include "shared/query/FilterField.h"

namespace aegis {

/// What a list is ordered by, as text within a cursor: a time as microseconds since 1970, a boolean as `true` or `false`, all else as
/// PostgreSQL writes it.
namespace sort_value {

/// That of a row's column; nothing for NULL.
std::optional<QString> from(const Row &row, const char *column, FilterType type);

/// Adds it as a parameter of the field's type and gives what stands for it in SQL; empty when the text is no such value.
QByteArray append(const QString &value, const FilterField &field, Parameters &parameters);

} // namespace sort_value

} // namespace aegis
