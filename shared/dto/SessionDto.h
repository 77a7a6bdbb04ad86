#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"

#include <QtCore/QString>

namespace aegis {

/// One login of a person on one device.
struct SessionDto {
    SessionId id;
    Instant createdAt{};
    Instant lastUsedAt{};
    Instant expiresAt{};
    QString ipAddress;
    QString userAgent;
    QString device;
    bool current = false;
};

template <> struct Fields<SessionDto> {
    static constexpr std::string_view name = "Session";
    static constexpr std::tuple list{
        field("id", &SessionDto::id, {.description = "Stable id of the session.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
        field("createdAt", &SessionDto::createdAt, {.description = "When the person logged in.", .example = "2026-11-22T07:30:00.123Z"}),
        field("lastUsedAt", &SessionDto::lastUsedAt, {.description = "When it last gave out tokens.", .example = "2026-11-22T07:45:00.123Z"}),
        field("expiresAt", &SessionDto::expiresAt,
              {.description = "Its absolute end. Unused it ends earlier, when its refresh token expires.", .example = "2026-12-22T07:30:00.123Z"}),
        field("ipAddress", &SessionDto::ipAddress, {.description = "Where the login came from.", .example = "203.0.113.7"}),
        field("userAgent", &SessionDto::userAgent, {.description = "What the client calls itself.", .example = "curl/7.88.1"}),
        field("device", &SessionDto::device,
              {.description = "The same for people, made of what is well known in it. Clients can say what they like.", .example = "curl"}),
        field("current", &SessionDto::current, {.description = "Whether it is the session of the access token.", .example = "true"}),
    };
};

} // namespace aegis
