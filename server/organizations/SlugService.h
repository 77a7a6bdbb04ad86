#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "shared/dto/SlugAvailability.h"

#include <QtCore/QHash>

#include <mutex>

namespace aegis {

/// Tells whether a slug is free, and near ones if not. That it is taken is remembered for some seconds, with what was
/// suggested instead; that one is free never is, so a slug that somebody has just taken is not called free. Any I/O thread.
class SlugService {
public:
    explicit SlugService(Database &database) : m_database(database) {}

    Task<Result<SlugAvailabilityResponse>> availability(const RequestContext &context, SlugAvailabilityRequest request);

private:
    struct Remembered {
        SlugAvailabilityResponse response;
        Instant until{};
    };

    std::optional<SlugAvailabilityResponse> remembered(const QString &slug, Instant now);
    void remember(const SlugAvailabilityResponse &response, Instant now);

    Database &m_database;
    std::mutex m_mutex;
    QHash<QString, Remembered> m_taken;
};

} // namespace aegis
