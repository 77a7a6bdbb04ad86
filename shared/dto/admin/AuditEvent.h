#pragma once

#include "shared/dto/admin/ListPage.h"
#include "shared/ids/Id.h"
#include "shared/json/JsonText.h"
#include "shared/time/Instant.h"

#include <vector>

namespace aegis {

/// An event of the audit trail.
struct AuditEventDto {
    EventId id;
    QString type;
    int version = 1;
    QString severity;
    Instant occurredAt{};
    std::optional<OrganizationId> organizationId;
    std::optional<UserId> actor;
    std::optional<QString> actorEmail;
    std::optional<QString> subject;
    std::optional<SessionId> sessionId;
    CorrelationId correlationId;
    std::optional<EventId> causationId;
    std::optional<QString> ip;
    QString userAgent;
    JsonText payload;
};

template <> struct Fields<AuditEventDto> {
    static constexpr std::string_view name = "AuditEvent";
    static constexpr std::tuple list{
        field("id", &AuditEventDto::id, {.description = "Ordered by time.", .example = "0193a0f0-7c00-7abc-8def-00000000e0e0"}),
        field("type", &AuditEventDto::type, {.description = "What happened; docs/events.md has all.", .example = "UserLoginFailed"}),
        field("version", &AuditEventDto::version, {.description = "Of the payload.", .example = "1"}),
        field("severity", &AuditEventDto::severity,
              {.values = "info,notice,warning", .description = "How much attention it wants.", .example = "notice"}),
        field("occurredAt", &AuditEventDto::occurredAt, {.description = "When.", .example = "2026-11-22T07:30:00.123Z"}),
        field("organizationId", &AuditEventDto::organizationId,
              {.nullable = true, .description = "Where; null: in no organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("actor", &AuditEventDto::actor,
              {.nullable = true, .description = "Who did it; null: nobody, or nobody known.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("actorEmail", &AuditEventDto::actorEmail,
              {.nullable = true,
               .format = "email",
               .description = "Of the actor, as far as the caller may see that person.",
               .example = "ada@example.com"}),
        field("subject", &AuditEventDto::subject,
              {.nullable = true, .format = "uuid", .description = "Whom or what it is about.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("sessionId", &AuditEventDto::sessionId,
              {.nullable = true, .description = "In which session.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
        field("correlationId", &AuditEventDto::correlationId,
              {.description = "Of the call: all that it caused has the same.", .example = "0193a0f0-7c00-7abc-8def-00000000c0c0"}),
        field("causationId", &AuditEventDto::causationId,
              {.nullable = true,
               .description = "The first event of its transaction; null: it is the first.",
               .example = "0193a0f0-7c00-7abc-8def-00000000e0df"}),
        field("ip", &AuditEventDto::ip, {.nullable = true, .description = "Where the call came from.", .example = "203.0.113.7"}),
        field("userAgent", &AuditEventDto::userAgent, {.description = "What the client calls itself.", .example = "curl/7.88.1"}),
        field("payload", &AuditEventDto::payload,
              {.description = "What else the type tells.", .example = R"({"reason":"wrong_password","emailFingerprint":"9f86d081884c7d65"})"}),
    };
};

/// A page of the audit trail.
struct AuditEventPage {
    std::vector<AuditEventDto> events;
    std::optional<QString> next;
    std::optional<QString> previous;
    std::optional<RowCount> count;
};

template <> struct Fields<AuditEventPage> {
    static constexpr std::string_view name = "AuditEventPage";
    static constexpr std::tuple list{
        field("events", &AuditEventPage::events, {.description = "The newest first, unless asked otherwise."}),
        field("next", &AuditEventPage::next,
              {.nullable = true, .description = "`cursor` of the page after it; null: there is none.", .example = "AQID"}),
        field("previous", &AuditEventPage::previous,
              {.nullable = true, .description = "`cursor` of the page before it, with `backwards`; null: there is none.", .example = "AQIE"}),
        field("count", &AuditEventPage::count, {.description = "If it was asked for."}),
    };
};

/// Names one event.
struct AuditEventRequest {
    EventId id;
};

template <> struct Fields<AuditEventRequest> {
    static constexpr std::string_view name = "AuditEventRequest";
    static constexpr std::tuple list{
        field("id", &AuditEventRequest::id, {.in = In::Path, .description = "Of the event.", .example = "0193a0f0-7c00-7abc-8def-00000000e0e0"}),
    };
};

/// One event, and all that the same call caused.
struct AuditEventResponse {
    AuditEventDto event;
    std::vector<AuditEventDto> related;
};

template <> struct Fields<AuditEventResponse> {
    static constexpr std::string_view name = "AuditEventResponse";
    static constexpr std::tuple list{
        field("event", &AuditEventResponse::event, {.description = "The one that was asked for."}),
        field("related", &AuditEventResponse::related,
              {.description = "The others with its correlation id that the caller may see, in their order; at most 200."}),
    };
};

} // namespace aegis
