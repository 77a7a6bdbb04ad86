#include "server/replay/Replay.h"
#include "tests/bench/BenchmarkFailed.h"
#include "tests/bench/Benchmarks.h"

namespace aegis::bench {
namespace {

constexpr int rounds = 3;
constexpr int people = 10'000; ///< with 20 events each

// A signup, three logins that are used and ended, one of them by an end of all.
constexpr Sql fillSql(R"(
    insert into aegis.event (tenant_id, id, type, version, occurred_at, organization_id, actor_id, subject_id, session_id, correlation_id,
                             ip, user_agent, payload, digest)
    select p.organization,
           (substr(aegis.uuid7_floor(p.at)::text, 1, 15) || substr(md5(random()::text), 1, 3) || '-8' || substr(md5(random()::text), 1, 3) || '-'
            || substr(md5(random()::text), 1, 12))::uuid,
           t.type, case t.type when 'UserCreated' then 2 else 1 end, p.at, p.organization, p.person,
           case t.subject when 'o' then p.organization when 'p' then p.person else md5(t.subject || p.i)::uuid end, null, gen_random_uuid(),
           '192.0.2.1', 'aegis_bench', t.payload, sha256('')
    from (select i, md5('o' || i)::uuid as organization, md5('p' || i)::uuid as person,
                 date_trunc('milliseconds', now() - interval '20 minutes' + i * interval '50 ms') as at
          from generate_series(1, $1::int) i) p
    cross join lateral (values
        (1, 'OrganizationCreated', 'o', jsonb_build_object('name', 'N' || p.i, 'slug', 's' || p.i, 'status', 'active')),
        (2, 'UserCreated', 'p', jsonb_build_object('status', 'active', 'managedBy', p.organization, 'method', 'signup', 'emailVerified', false)),
        (3, 'UserRoleCreated', 'p', jsonb_build_object('role', 'ORGANIZATION_OWNER', 'roleId', md5('r' || p.i)::uuid)),
        (4, 'OrganizationSignupCompleted', 'o', '{}'),
        (5, 'EmailVerified', 'p', '{}'),
        (6, 'AuthSessionCreated', 's1', jsonb_build_object('expiresAt', p.at + interval '30 days')),
        (7, 'TokenRefreshed', 's1', '{}'), (8, 'TokenRefreshed', 's1', '{}'), (9, 'TokenRefreshed', 's1', '{}'),
        (10, 'RefreshTokenRevoked', 's1', '{"reason":"logout"}'),
        (11, 'UserLoggedIn', 'p', '{}'),
        (12, 'AuthSessionCreated', 's2', jsonb_build_object('expiresAt', p.at + interval '30 days')),
        (13, 'TokenRefreshed', 's2', '{}'), (14, 'TokenRefreshed', 's2', '{}'), (15, 'TokenRefreshed', 's2', '{}'),
        (16, 'UserLoggedIn', 'p', '{}'),
        (17, 'AuthSessionCreated', 's3', jsonb_build_object('expiresAt', p.at + interval '30 days')),
        (18, 'TokenRefreshed', 's3', '{}'),
        (19, 'UserLogout', 'p', '{}'),
        (20, 'RefreshTokenRevoked', 'p', '{"reason":"logout_all"}')) t (place, type, subject, payload)
    order by p.i, t.place)");
constexpr Sql analyzeSql("analyze aegis.event");

template <class T> T must(Result<T> result)
{
    if (!result)
        throw BenchmarkFailed(result.problem().internal);
    return *std::move(result);
}

} // namespace

void measureReplay(Bench &bench)
{
    const ConnectionString migrator = ConnectionString::socket(bench.server.socketDirectory(), "aegis_admin", "aegis");
    DatabaseSessionSettings unhurried;
    unhurried.statementTimeout = unhurried.idleInTransactionTimeout = std::chrono::milliseconds(0);
    DatabaseSession session(migrator, unhurried);
    must(session.write<Rows>(RequestContext::forSystem(systemNow()), [](Tx &tx) { return tx.query(fillSql, people); }));
    must(session.write<Rows>(RequestContext::forSystem(systemNow()), [](Tx &tx) { return tx.query(analyzeSql); }));
    Replay replay(migrator);
    std::vector<double> speeds;
    qint64 events = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        const auto replayed = must(replay.rebuild(systemNow(), QStringLiteral("bench_replay"), systemNow()));
        speeds.push_back(static_cast<double>(replayed.events) / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        events = replayed.events;
        if (replayed.sessions < 3 * people || replayed.users < people)
            throw BenchmarkFailed(QStringLiteral("the replay has lost somebody"));
    }
    bench.report.add(QStringLiteral("replay into a schema"), speeds, Report::Want::AtLeast, 50'000, QStringLiteral(" events/s"),
                     QStringLiteral("of %1 events, of %2 people").arg(events).arg(people));
}

} // namespace aegis::bench
