#pragma once

#include "shared/result/ProblemCode.h"

namespace aegis::http {

/// What is wrong with a message on the wire. The sentence goes to the client and into the log: it is a literal of ours, so
/// that nothing of what a stranger sent can be in it.
struct MessageFault {
    ProblemCode code = ProblemCode::MalformedRequest;
    const char *reason = nullptr;
};

} // namespace aegis::http
