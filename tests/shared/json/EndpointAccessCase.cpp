// Compiled twice by a test: with its access the endpoint is fine, without it the compiler refuses.
#include "shared/endpoints/Endpoint.h"

namespace {

struct Probe {
    using Request = aegis::NoRequest;
    using Response = aegis::NoContent;
    static constexpr aegis::EndpointInfo info{
        .method = aegis::Method::Get,
        .path = "/probe",
        .operationId = "probe",
#ifdef WITH_ACCESS
        .access = aegis::Access::Bearer,
#endif
        .rateClass = aegis::RateClass::Unlimited,
        .successStatus = 204,
    };
};

static_assert(aegis::Endpoint<Probe>);

} // namespace
