#include "server/lists/FilterProblem.h"

namespace aegis {

Problem filterProblem(const FilterError &error)
{
    return Problem(ProblemCode::ValidationFailed)
        .withField({QStringLiteral("filter"), FieldCode::Filter, QStringLiteral("at character %1: %2").arg(error.position + 1).arg(error.message)});
}

} // namespace aegis
