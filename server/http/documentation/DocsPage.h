#pragma once

#include "server/http/documentation/EndpointDescription.h"

namespace aegis::http {

/// The API as one HTML page to read, which needs no script and nothing from outside.
struct DocsPage {
    QByteArray html;
    QByteArray contentSecurityPolicy; ///< allows the page's own style by its hash, and nothing else
};

DocsPage makeDocsPage(const ApiDescription &api);

/// JSON with a line for each member, in the order that it has.
QByteArray indentedJson(QByteArrayView compact);

} // namespace aegis::http
