#pragma once

#include <QtCore/QByteArray>

#include <optional>

namespace aegis {

/// The fields of one line of CSV (RFC 4180): apart by commas, a field with a comma or a quote in quotes, a quote in it doubled.
/// Nothing when the quotes do not come out even; a field cannot hold a line end.
std::optional<QByteArrayList> csvRecord(const QByteArray &line);

} // namespace aegis
