#pragma once

#include "server/http/documentation/EndpointDescription.h"

#include <QtCore/QJsonObject>

namespace aegis::http {

/// The API as an OpenAPI 3.1 document.
QJsonObject openApiDocument(const ApiDescription &api);

} // namespace aegis::http
