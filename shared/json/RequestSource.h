#pragma once

#include "shared/json/Field.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <optional>

namespace aegis {

/// What the fields of a request are read from.
class RequestSource {
public:
    RequestSource() = default;
    RequestSource(const RequestSource &) = delete;
    RequestSource &operator=(const RequestSource &) = delete;
    virtual ~RequestSource() = default;

    virtual QByteArrayView body() const = 0;
    /// The decoded text of a path, query, header or form field; nothing when it is absent.
    virtual std::optional<QByteArray> parameter(In place, std::string_view name) const = 0;
};

} // namespace aegis
