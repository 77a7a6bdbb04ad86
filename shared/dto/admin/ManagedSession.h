#pragma once

#include "shared/dto/admin/ListPage.h"
#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

#include <vector>

namespace aegis {

/// A session, as seen by an administrator.
struct ManagedSessionDto {
    SessionId id;
    UserId userId;
    QString email;
    std::optional<OrganizationId> organizationId;
    std::optional<QString> organizationSlug;
    bool active = false;
    QString ipAddress;
    QString userAgent;
    QString device;
    QStringList authMethods;
    Instant createdAt{};
    std::optional<Instant> lastUsedAt;
    Instant expiresAt{};
    std::optional<Instant> endedAt;
    std::optional<QString> endReason;
    std::optional<UserId> endedBy;
};

template <> struct Fields<ManagedSessionDto> {
    static constexpr std::string_view name = "ManagedSession";
    static constexpr std::tuple list{
        field("id", &ManagedSessionDto::id, {.description = "Stable id of the session.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
        field("userId", &ManagedSessionDto::userId, {.description = "Whose it is.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("email", &ManagedSessionDto::email, {.format = "email", .description = "Of that person.", .example = "ada@example.com"}),
        field("organizationId", &ManagedSessionDto::organizationId,
              {.nullable = true, .description = "Where it is; null: in no organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("organizationSlug", &ManagedSessionDto::organizationSlug,
              {.nullable = true, .description = "Of that organization.", .example = "analytical-engines"}),
        field("active", &ManagedSessionDto::active, {.description = "Whether it can be used.", .example = "true"}),
        field("ipAddress", &ManagedSessionDto::ipAddress, {.description = "Where the login came from.", .example = "203.0.113.7"}),
        field("userAgent", &ManagedSessionDto::userAgent, {.description = "What the client calls itself.", .example = "curl/7.88.1"}),
        field("device", &ManagedSessionDto::device, {.description = "The same for people.", .example = "curl"}),
        field("authMethods", &ManagedSessionDto::authMethods, {.description = "How the person logged in (RFC 8176).", .example = "pwd,otp"}),
        field("createdAt", &ManagedSessionDto::createdAt, {.description = "When the person logged in.", .example = "2026-11-22T07:30:00.123Z"}),
        field("lastUsedAt", &ManagedSessionDto::lastUsedAt,
              {.nullable = true, .description = "When it last gave out tokens; null: it has ended.", .example = "2026-11-22T07:45:00.123Z"}),
        field("expiresAt", &ManagedSessionDto::expiresAt, {.description = "Its absolute end.", .example = "2026-12-22T07:30:00.123Z"}),
        field("endedAt", &ManagedSessionDto::endedAt,
              {.nullable = true, .description = "When it ended; null: it has not.", .example = "2026-11-22T09:30:00.123Z"}),
        field("endReason", &ManagedSessionDto::endReason,
              {.nullable = true,
               .values = "logout,logout_all,token_reuse,expired,revoked,switched",
               .description = "Why it ended.",
               .example = "revoked"}),
        field("endedBy", &ManagedSessionDto::endedBy,
              {.nullable = true,
               .description = "The administrator who ended it; null: its person or the server did, or it has not ended.",
               .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
    };
};

/// A page of sessions.
struct ManagedSessionPage {
    std::vector<ManagedSessionDto> sessions;
    std::optional<QString> next;
    std::optional<QString> previous;
    std::optional<RowCount> count;
};

template <> struct Fields<ManagedSessionPage> {
    static constexpr std::string_view name = "ManagedSessionPage";
    static constexpr std::tuple list{
        field("sessions", &ManagedSessionPage::sessions, {.description = "In the order asked for; else the newest first."}),
        field("next", &ManagedSessionPage::next,
              {.nullable = true, .description = "`cursor` of the page after it; null: there is none.", .example = "AQID"}),
        field("previous", &ManagedSessionPage::previous,
              {.nullable = true, .description = "`cursor` of the page before it, with `backwards`; null: there is none.", .example = "AQIE"}),
        field("count", &ManagedSessionPage::count, {.description = "If it was asked for."}),
    };
};

/// One of them.
struct ManagedSessionResponse {
    ManagedSessionDto session;
    bool isReplayed = false;
};

template <> struct Fields<ManagedSessionResponse> {
    static constexpr std::string_view name = "ManagedSessionResponse";
    static constexpr std::tuple list{field("session", &ManagedSessionResponse::session, {.description = "As it is now."})};
};

/// Names one session, whosever it is.
struct ManagedSessionRequest {
    SessionId id;
};

template <> struct Fields<ManagedSessionRequest> {
    static constexpr std::string_view name = "ManagedSessionRequest";
    static constexpr std::tuple list{
        field("id", &ManagedSessionRequest::id,
              {.in = In::Path, .description = "Of the session.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
    };
};

/// Ends many sessions at once: first what that would be, then that and nothing else.
struct SessionRevocationRequest {
    QString filter;
    std::optional<bool> dryRun;
    std::optional<QString> plan;
};

template <> struct Fields<SessionRevocationRequest> {
    static constexpr std::string_view name = "SessionRevocationRequest";
    static constexpr std::tuple list{
        field("filter", &SessionRevocationRequest::filter,
              {.minLength = 1,
               .maxLength = 2000,
               .description = "Which sessions, in the language of docs/queries.md; those that have ended are left alone.",
               .example = "ip:203.0.113.0/24 and created>-24h"}),
        field("dryRun", &SessionRevocationRequest::dryRun, {.description = "True: only say what it would be.", .example = "true"}),
        field("plan", &SessionRevocationRequest::plan,
              {.maxLength = 100,
               .description = "Of the answer to the dry run; needed to carry it out.",
               .example = "3yMApqCuCjXDWPrbjfR5mjCPTHqFG8Pux1TxQrEM35w"}),
    };
};

/// What it is, or was.
struct SessionRevocationPlan {
    qint64 sessions = 0;
    qint64 users = 0;
    qint64 organizations = 0;
    bool includesOwn = false;
    QString plan;
    bool carriedOut = false;
    bool isReplayed = false;
};

template <> struct Fields<SessionRevocationPlan> {
    static constexpr std::string_view name = "SessionRevocationPlan";
    static constexpr std::tuple list{
        field("sessions", &SessionRevocationPlan::sessions, {.description = "How many sessions.", .example = "17"}),
        field("users", &SessionRevocationPlan::users, {.description = "Of how many people.", .example = "9"}),
        field("organizations", &SessionRevocationPlan::organizations, {.description = "In how many organizations.", .example = "2"}),
        field("includesOwn", &SessionRevocationPlan::includesOwn,
              {.description = "Whether the session of the caller is among them.", .example = "false"}),
        field("plan", &SessionRevocationPlan::plan,
              {.description = "Stands for exactly these sessions.", .example = "3yMApqCuCjXDWPrbjfR5mjCPTHqFG8Pux1TxQrEM35w"}),
        field("carriedOut", &SessionRevocationPlan::carriedOut, {.description = "Whether they have ended.", .example = "false"}),
    };
};

} // namespace aegis
