#pragma once

#include "server/keys/KeyFeed.h"
#include "server/keys/SigningKeyStore.h"
#include "tests/support/TestCluster.h"

#include <QtCore/QObject>

namespace aegis::test {

/// A database with the table of signing keys, and what the tests of it do there. To be derived from.
class KeyTable : public QObject {
protected:
    /// Another database, for the next test.
    void renew() { m_database = TestCluster::instance().create(); }
    static Sealing sealing() { return Sealing::make({{1, Secret(QByteArray(32, 'k'))}}).value(); }
    KeySet open(const std::vector<KeyTimes> &keys) const
    {
        DatabaseSession db = session();
        std::map<QByteArray, SigningKey> opened;
        return KeySet::of(openKeys(db, m_sealing, keys, m_now, opened)->keys, m_now);
    }
    DatabaseSession session() const { return DatabaseSession(m_database.serving); }
    std::vector<KeyTimes> keys() const
    {
        DatabaseSession db = session();
        using Keys = std::vector<KeyTimes>;
        return db.read<Keys>(RequestContext::forSystem(m_now), SigningKeyStore::times).value();
    }
    /// As an operator does.
    void remove(Sql sql) const
    {
        DatabaseSession superuser(m_database.administrator);
        const auto done = superuser.write<Rows>(RequestContext::forSystem(m_now), [&](Tx &tx) { return tx.query(sql); });
        if (!done)
            qFatal("%s", qPrintable(done.problem().internal));
    }
    template <class T> T ask(Sql sql) const
    {
        DatabaseSession superuser(m_database.administrator);
        return superuser
            .read<T>(RequestContext::forSystem(m_now),
                     [&](Tx &tx) -> Result<T> {
                         TRY(const Row row, tx.queryOne(ProblemCode::Internal, sql));
                         return row.get<T>(0);
                     })
            .value();
    }

    TestDatabase m_database;
    const Sealing m_sealing = sealing();
    /// Of a server that knows a newer key besides.
    const Sealing m_others = Sealing::make({{1, Secret(QByteArray(32, 'k'))}, {2, Secret(QByteArray(32, 'n'))}}).value();
    const Instant m_now = systemNow();
    const KeyRules m_strict{.algorithm = SigningAlgorithm::EdDsa,
                            .rotation = std::chrono::hours(24) * 90,
                            .publishedAhead = std::chrono::hours(1),
                            .tokenLifetime = std::chrono::minutes(15)};
    /// Months pass here, and not for the database.
    const KeyRules m_rules{.algorithm = m_strict.algorithm,
                           .rotation = m_strict.rotation,
                           .publishedAhead = m_strict.publishedAhead,
                           .tokenLifetime = m_strict.tokenLifetime,
                           .clockTolerance = std::chrono::hours(24) * 365};
};

} // namespace aegis::test
