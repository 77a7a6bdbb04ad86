#include "server/auth/UnverifiedSignups.h"

#include "server/auth/UnverifiedSignupStore.h"
#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"
#include "server/sessions/TokenIssuer.h"

namespace aegis {
namespace {

QByteArray eventsOf(const RequestContext &context, const UnverifiedSignupStore::Signup &signup)
{
    EventBatch events(context);
    events.add({.type = EventType::OrganizationSignupExpired,
                .subject = signup.organization.uuid(),
                .payload = {{QStringLiteral("slug"), signup.slug}, {QStringLiteral("ownerId"), rowjson::id(signup.owner)}}});
    return events.json();
}

} // namespace

Result<qint64> UnverifiedSignups::removeOverdue(Instant now)
{
    using Found = std::vector<UnverifiedSignupStore::Signup>;
    const RequestContext system = RequestContext::forSystem(now);
    UnverifiedSignupStore::Removal removal{
        .before = now - m_options.retention, .revokedUntil = TokenIssuer::accessEndsBy(now, m_options.accessLifetime), .events = {}};
    OrganizationId after;
    qint64 removed = 0;
    for (;;) {
        TRY(const Found found,
            m_session.read<Found>(system, [&](Tx &tx) { return UnverifiedSignupStore::overdue(tx, removal.before, after, m_options.rowsATime); }));
        if (found.empty())
            return removed;
        after = found.back().organization;
        for (const UnverifiedSignupStore::Signup &one : found) {
            const RequestContext inTenant = system.withTenant({.organization = one.organization, .user = one.owner});
            removal.events = eventsOf(inTenant, one);
            TRY(const bool isGone, m_session.write<bool>(inTenant, [&](Tx &tx) { return UnverifiedSignupStore::remove(tx, one, removal); }));
            removed += isGone ? 1 : 0;
            if (m_options.betweenSteps)
                CHECK(m_options.betweenSteps());
        }
    }
}

} // namespace aegis
