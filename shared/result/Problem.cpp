#include "shared/result/Problem.h"

namespace aegis {

Problem &Problem::withInternal(QString text) &
{
    internal = std::move(text);
    return *this;
}

Problem &&Problem::withInternal(QString text) &&
{
    internal = std::move(text);
    return std::move(*this);
}

Problem &&Problem::withField(FieldError error) &&
{
    fields.push_back(std::move(error));
    return std::move(*this);
}

Problem &&Problem::withCurrent(QByteArray json) &&
{
    current = std::move(json);
    return std::move(*this);
}

Problem &&Problem::withRetryAfter(std::chrono::seconds delay) &&
{
    retryAfter = delay;
    return std::move(*this);
}

} // namespace aegis
