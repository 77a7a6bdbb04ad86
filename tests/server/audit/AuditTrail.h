#pragma once

#include "server/audit/Sealer.h"
#include "server/audit/TrailCheck.h"
#include "server/audit/TrailExport.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

namespace aegis::test {

/// A key that is another one for each number.
SigningKey auditKey(int number);
AuditKeys auditKeys(int current, std::initializer_list<int> older = {});
/// In place of another one that is lost.
AuditKeys auditKeyInPlaceOf(int lost, int current);

/// An audit trail in a database of its own, with a sealer and a clock that the test moves.
class AuditTrail {
public:
    AuditTrail();

    std::unique_ptr<Sealer> sealer(AuditKeys keys = auditKeys(1), int batch = 4'096);
    /// Events of the tenant (nil: the platform) in a transaction of their own; their ids.
    std::vector<QUuid> append(int count, const OrganizationId &organization = {});
    /// Some events in some seals.
    void fill();
    /// Seals what can be.
    void seal()
    {
        const auto sealed = m_sealer->step();
        if (!sealed)
            qFatal("%s", inWords(sealed.problem()).constData());
    }

    TrailVerdict check(TrailTrust trust = {.keys = {auditKey(1).kid()}, .key = {}, .head = {}});
    /// What somebody keeps who does not trust the database.
    TrailTrust keptHead();
    /// The last seal.
    Seal head();

    /// One statement as the superuser: what an attacker with the database does.
    template <class... Args> Rows sql(Sql text, const Args &...args)
    {
        auto rows = superuser.write<Rows>(RequestContext::forSystem(now), [&](Tx &tx) { return tx.query(text, args...); });
        if (!rows)
            qFatal("%s", inWords(rows.problem()).constData());
        return *std::move(rows);
    }
    template <class T, class... Args> T value(Sql text, const Args &...args) { return sql(text, args...).first().template get<T>(0); }

    const TestDatabase database;
    DatabaseSession serving;
    DatabaseSession superuser;
    Metrics metrics;
    Instant now = systemNow();

    /// Another one takes the place of the one that seal() runs, as after a restart, when the lease has run out.
    void restartSealer(AuditKeys keys = auditKeys(1))
    {
        now += std::chrono::seconds(20);
        m_sealer = sealer(std::move(keys));
    }

private:
    std::unique_ptr<Sealer> m_sealer;
};

/// The kinds of the faults, in their order, each once.
QByteArray kindsOf(const TrailVerdict &verdict);

} // namespace aegis::test
