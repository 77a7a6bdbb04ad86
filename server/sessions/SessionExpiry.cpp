#include "server/sessions/SessionExpiry.h"

#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"
#include "server/sessions/SessionExpiryStore.h"

#include <algorithm>

namespace aegis {
namespace {

template <class Found> std::vector<SessionId> idsOf(const std::vector<Found> &found)
{
    std::vector<SessionId> ids;
    for (const Found &one : found)
        ids.push_back(one.session);
    return ids;
}

/// The sessions at the beginning of the list that have the same tenant, taken off it.
template <class Found> std::vector<Found> takeTenant(std::vector<Found> &all)
{
    const TenantId tenant = all.front().tenant.owner();
    const auto end = std::find_if(all.begin(), all.end(), [&](const Found &one) { return one.tenant.owner() != tenant; });
    std::vector<Found> first(all.begin(), end);
    all.erase(all.begin(), end);
    return first;
}

QByteArray eventsOf(const RequestContext &context, const std::vector<SessionExpiryStore::Expired> &sessions)
{
    EventBatch events(context);
    for (const SessionExpiryStore::Expired &one : sessions) {
        events.add({.type = EventType::SessionExpired,
                    .subject = one.session.uuid(),
                    .payload = {{QStringLiteral("reason"), one.isAbsolute ? QStringLiteral("absolute") : QStringLiteral("idle")},
                                {QStringLiteral("lastUsedAt"), rowjson::time(one.lastUsedAt)}},
                    .session = one.session});
    }
    return events.json();
}

} // namespace

Result<void> SessionExpiry::goOn() const
{
    return m_options.betweenSteps ? m_options.betweenSteps() : Result<void>();
}

Result<qint64> SessionExpiry::endExpired(Instant now)
{
    using Found = std::vector<SessionExpiryStore::Expired>;
    const RequestContext system = RequestContext::forSystem(now);
    SessionExpiryStore::Place after;
    qint64 ended = 0;
    for (;;) {
        TRY(Found found, m_session.read<Found>(system, [&](Tx &tx) { return SessionExpiryStore::expired(tx, after, m_options.rowsATime); }));
        if (found.empty())
            return ended;
        after = {.tenant = found.back().tenant.owner(), .session = found.back().session};
        while (!found.empty()) {
            const Found one = takeTenant(found);
            const RequestContext inTenant = system.withTenant(one.front().tenant);
            const QByteArray events = eventsOf(inTenant, one);
            TRY(const int count,
                m_session.write<int>(inTenant, [&](Tx &tx) { return SessionExpiryStore::expire(tx, idsOf(one), m_options.accessLifetime, events); }));
            ended += count;
            CHECK(goOn());
        }
    }
}

Result<qint64> SessionExpiry::removeDead(Instant now)
{
    using Found = std::vector<SessionExpiryStore::Dead>;
    const RequestContext system = RequestContext::forSystem(now);
    const Instant before = now - m_options.retention;
    qint64 removed = 0;
    for (;;) {
        TRY(Found found, m_session.read<Found>(system, [&](Tx &tx) { return SessionExpiryStore::dead(tx, before, m_options.rowsATime); }));
        std::stable_sort(found.begin(), found.end(),
                         [](const auto &one, const auto &other) { return one.tenant.owner().uuid() < other.tenant.owner().uuid(); });
        qint64 inPage = 0;
        while (!found.empty()) {
            const Found one = takeTenant(found);
            TRY(const qint64 count,
                m_session.write<qint64>(system.withTenant(one.front().tenant), [&](Tx &tx) { return SessionExpiryStore::remove(tx, idsOf(one)); }));
            inPage += count;
            CHECK(goOn());
        }
        removed += inPage;
        if (inPage == 0) // none are left, or another instance takes them
            return removed;
    }
}

} // namespace aegis
