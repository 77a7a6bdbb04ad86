#include "shared/json/FieldErrors.h"

namespace aegis {

void FieldErrors::add(FieldCode code, QString message)
{
    if (!isFull())
        m_errors.push_back({m_path, code, std::move(message)});
}

void FieldErrors::addFor(QStringView member, FieldCode code, QString message)
{
    if (isFull())
        return;
    constexpr qsizetype longestName = 64;
    QString path = m_path;
    if (!path.isEmpty())
        path.append(QLatin1Char('.'));
    path.append(member.first(std::min(member.size(), longestName)));
    m_errors.push_back({std::move(path), code, std::move(message)});
}

Problem FieldErrors::toProblem() &&
{
    Problem problem(ProblemCode::ValidationFailed);
    problem.fields = std::move(m_errors);
    return problem;
}

FieldErrors::Step::Step(FieldErrors &errors, std::string_view member) : m_errors(errors), m_length(errors.m_path.size())
{
    if (m_length > 0)
        errors.m_path.append(QLatin1Char('.'));
    errors.m_path.append(QLatin1String(member.data(), static_cast<qsizetype>(member.size())));
}

FieldErrors::Step::Step(FieldErrors &errors, qsizetype index) : m_errors(errors), m_length(errors.m_path.size())
{
    errors.m_path.append(QStringLiteral("[%1]").arg(index));
}

} // namespace aegis
