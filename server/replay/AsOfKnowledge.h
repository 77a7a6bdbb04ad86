#pragma once

#include "shared/time/Instant.h"

#include <QtCore/QString>

#include <optional>

namespace aegis {

/// How much the events tell of a moment: `known` of the answers.
inline QString knowledgeOf(Instant time, const std::optional<Instant> &first, const std::optional<Instant> &created)
{
    if (created && *created > time)
        return QStringLiteral("not_yet");
    if (!first || *first > time)
        return QStringLiteral("nothing");
    return created ? QStringLiteral("all") : QStringLiteral("part");
}

inline bool tellsAState(const QString &known)
{
    return known == QLatin1String("all") || known == QLatin1String("part");
}

} // namespace aegis
