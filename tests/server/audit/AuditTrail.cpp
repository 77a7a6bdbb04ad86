#include "tests/server/audit/AuditTrail.h"

#include "server/events/EventPartitionStore.h"
#include "server/events/EventStore.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace aegis::test {
namespace {

template <class T> T must(Result<T> result)
{
    if (!result)
        qFatal("%s", inWords(result.problem()).constData());
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

} // namespace

SigningKey auditKey(int number)
{
    return must(AuditKeys::fromSeed(Secret(QByteArray(32, char(number)))));
}

AuditKeys auditKeys(int current, std::initializer_list<int> older)
{
    AuditKeys keys{.current = auditKey(current), .older = {}};
    for (const int number : older)
        keys.older.push_back(auditKey(number));
    return keys;
}

AuditKeys auditKeyInPlaceOf(int lost, int current)
{
    AuditKeys keys = auditKeys(current);
    keys.lost = auditKey(lost).kid();
    return keys;
}

AuditTrail::AuditTrail() :
    database(TestCluster::instance().create()), serving(database.serving), superuser(database.administrator), m_sealer(sealer())
{
    must(serving.write<void>(RequestContext::forSystem(now), EventPartitionStore::ensure));
}

std::unique_ptr<Sealer> AuditTrail::sealer(AuditKeys keys, int batch)
{
    Sealer::Options options;
    options.clock = [this] { return now; };
    options.batch = batch;
    return std::make_unique<Sealer>(DatabaseSession(database.serving), std::move(keys), metrics, std::move(options));
}

std::vector<QUuid> AuditTrail::append(int count, const OrganizationId &organization)
{
    RequestContext context = RequestContext::forSystem(now);
    context.tenant.organization = organization;
    context.client = {.address = QHostAddress(QStringLiteral("192.0.2.7")), .userAgent = QStringLiteral("curl \"ü\" \\ /")};
    context.actor.user = UserId::make(now);
    context.actor.session = SessionId::make(now);
    return must(serving.write<std::vector<QUuid>>(context, [&](Tx &tx) -> Result<std::vector<QUuid>> {
        EventBatch batch(tx.context());
        for (int i = 0; i < count; ++i)
            batch.add({.type = EventType::UserLogout, .subject = UserId::make(now).uuid(), .payload = {{QStringLiteral("allDevices"), i % 2 == 0}}});
        CHECK(EventStore::append(tx, batch));
        std::vector<QUuid> ids;
        for (const QJsonValue event : QJsonDocument::fromJson(batch.json()).array())
            ids.push_back(*parseUuid(event.toObject()[QLatin1String("id")].toString().toLatin1()));
        return ids;
    }));
}

void AuditTrail::fill()
{
    for (const int count : {3, 1, 7, 2, 5}) {
        append(count, OrganizationId::make(now));
        append(count);
        seal();
        now += std::chrono::seconds(1);
    }
}

TrailVerdict AuditTrail::check(TrailTrust trust)
{
    return must(checkTrail(serving, trust, now));
}

Seal AuditTrail::head()
{
    return *must(serving.read<std::optional<Seal>>(RequestContext::forSystem(now), SealStore::last));
}

TrailTrust AuditTrail::keptHead()
{
    return {.keys = {auditKey(1).kid()}, .key = {}, .head = head()};
}

QByteArray kindsOf(const TrailVerdict &verdict)
{
    QByteArrayList kinds;
    for (const TrailFault &fault : verdict.faults) {
        const QLatin1String name = nameOf(fault.kind);
        const QByteArray kind(name.data(), name.size());
        if (!kinds.contains(kind))
            kinds.append(kind);
    }
    return kinds.join(' ');
}

} // namespace aegis::test
