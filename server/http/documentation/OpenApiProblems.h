#pragma once

#include "server/http/documentation/EndpointDescription.h"

namespace aegis::http {

// What the OpenAPI document says of refusals.

/// The schema of a problem document. Its codes are told and not enumerated: a generated client must not fail at a new one.
QJsonObject problemSchema();
/// The same with the members that RFC 6749 (5.2) has.
QJsonObject oauthErrorSchema();

/// A response for each status that a problem of the endpoint has, with an example for each problem, and the `default` one. A
/// status that is there already keeps what it has.
void addProblems(const EndpointDescription &endpoint, const Schemas &schemas, QJsonObject &responses);

/// The component that `default` refers to: whatever is refused before it is known which endpoint is called.
QJsonObject defaultResponse();

/// The header fields of each answer with that status.
QJsonObject replyHeaders(int status, ProblemSet problems = {});

/// Tables in Markdown: the problem codes and the codes of fields.
QString problemReference(ProblemSet sent);
QString fieldCodeReference();

} // namespace aegis::http
