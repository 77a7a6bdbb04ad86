#include "server/audit/TrailReader.h"

#include "server/audit/SealTreeStore.h"

#include <QtCore/QHash>

#include <algorithm>

namespace aegis {
namespace {

constexpr int sealsATime = 64;
constexpr int eventsATime = 10'000;
constexpr quint64 eventsOfRun = 4'000;

/// Seals whose transactions follow each other and can be read together: the end of those from `begin` on.
std::size_t runFrom(const std::vector<SealedEvents> &page, std::size_t begin)
{
    std::size_t end = begin + 1;
    while (end < page.size() && page[end].seal.era == page[begin].seal.era && page[end].seal.xidFrom == page[end - 1].seal.xidTo
           && page[end].seal.xidFrom < page[end].seal.xidTo && page[end].seal.size - page[begin].seal.position <= eventsOfRun)
        ++end;
    return end;
}

} // namespace

Result<std::vector<SealKey>> TrailReader::keys()
{
    return ask<std::vector<SealKey>>([](Tx &tx) { return SealStore::keys(tx); });
}

Result<std::optional<Seal>> TrailReader::last()
{
    return ask<std::optional<Seal>>([](Tx &tx) { return SealStore::last(tx); });
}

Result<std::optional<Seal>> TrailReader::bySequence(qint64 sequence)
{
    return ask<std::optional<Seal>>([sequence](Tx &tx) { return SealStore::bySequence(tx, sequence); });
}

Result<merkle::Frontier> TrailReader::frontierAt(quint64 size)
{
    return ask<merkle::Frontier>([size](Tx &tx) {
        SealTreeStore tree(tx);
        return merkle::Frontier::of(tree.nodes(), size);
    });
}

Result<Instant> TrailReader::oldestDay()
{
    return ask<Instant>([](Tx &tx) { return AuditTrailStore::oldestDay(tx); });
}

Result<bool> TrailReader::isSealed(qint64 xid, const QUuid &id)
{
    return ask<bool>([&](Tx &tx) -> Result<bool> {
        TRY(const auto position, SealStore::positionOf(tx, xid, id));
        return position.has_value();
    });
}

Result<UnsealedEvents> TrailReader::unsealed(qint64 from, int limit)
{
    return ask<UnsealedEvents>([&](Tx &tx) { return SealStore::unsealed(tx, from, limit, true); });
}

Result<void> TrailReader::read(qint64 after, qint64 last, const std::function<Result<void>(SealedPart)> &take)
{
    for (;;) {
        TRY(std::vector<SealedEvents> page, ask<std::vector<SealedEvents>>([&](Tx &tx) { return SealStore::page(tx, after, last, sealsATime); }));
        if (page.empty())
            return {};
        after = page.back().seal.sequence;
        for (std::size_t begin = 0; begin < page.size();) {
            const std::size_t end = runFrom(page, begin);
            TRY(std::vector<StoredEvent> events, eventsOf(page[begin].seal.xidFrom, page[end - 1].seal.xidTo));
            auto next = events.begin();
            for (; begin < end; ++begin) {
                const auto first = next;
                next = std::find_if(first, events.end(), [&](const StoredEvent &event) { return event.xid >= page[begin].seal.xidTo; });
                std::vector<StoredEvent> own(std::make_move_iterator(first), std::make_move_iterator(next));
                TRY(SealedPart part, partOf(std::move(page[begin]), std::move(own)));
                CHECK(take(std::move(part)));
            }
        }
    }
}

Result<std::vector<StoredEvent>> TrailReader::eventsOf(qint64 xidFrom, qint64 xidTo)
{
    std::vector<StoredEvent> events;
    AuditTrailStore::Place after;
    for (;;) {
        TRY(std::vector<StoredEvent> page,
            ask<std::vector<StoredEvent>>([&](Tx &tx) { return AuditTrailStore::page(tx, xidFrom, xidTo, after, eventsATime); }));
        const bool isLast = page.size() < std::size_t(eventsATime);
        if (!page.empty())
            after = {.xid = page.back().xid, .id = page.back().id};
        events.insert(events.end(), std::make_move_iterator(page.begin()), std::make_move_iterator(page.end()));
        if (isLast)
            return events;
        xidFrom = after.xid;
    }
}

Result<SealedPart> TrailReader::partOf(SealedEvents sealed, std::vector<StoredEvent> found)
{
    SealedPart part{.sealed = std::move(sealed), .events = {}, .others = {}, .strays = {}};
    const quint64 count = quint64(part.sealed.ids.size()) / 16;
    QHash<QUuid, quint64> places;
    for (quint64 i = 0; i < count; ++i)
        places.insert(part.sealed.idAt(i), i);
    part.events.resize(count);
    quint64 next = 0;
    for (StoredEvent &event : found) {
        const auto place = places.constFind(event.id);
        if (place == places.constEnd()) {
            part.others.push_back(std::move(event));
            continue;
        }
        part.isInOrder = part.isInOrder && *place >= next;
        next = *place;
        part.events[*place] = std::move(event);
    }
    std::vector<QUuid> missing;
    for (quint64 i = 0; i < count; ++i) {
        if (!part.events[i])
            missing.push_back(part.sealed.idAt(i));
    }
    if (!missing.empty()) {
        TRY(std::vector<StoredEvent> elsewhere, ask<std::vector<StoredEvent>>([&](Tx &tx) { return AuditTrailStore::byIds(tx, missing); }));
        for (StoredEvent &event : elsewhere) {
            part.strays.push_back(event.id);
            part.events[places.value(event.id)] = std::move(event);
        }
    }
    return part;
}

} // namespace aegis
