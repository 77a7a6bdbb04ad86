#pragma once

#include "shared/dto/ServerMetadata.h"

#include <chrono>

namespace aegis {

/// The metadata document of a server with that issuer (RFC 8414): addresses are made of the issuer and the endpoint table.
ServerMetadata serverMetadataOf(const QString &issuer, std::chrono::seconds maxAge);

} // namespace aegis
