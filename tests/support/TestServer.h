#pragma once

#include "server/app/Application.h"
#include "server/config/LoadSettings.h"
#include "server/db/DatabaseSession.h"
#include "tests/support/TestClient.h"
#include "tests/support/TestCluster.h"

#include <QtCore/QTemporaryDir>

#include <atomic>

namespace aegis::test {

/// Somebody who has an account and a session.
struct SignedUp {
    QByteArray email;
    QByteArray password;
    QByteArray slug; ///< empty: without an organization
    QByteArray userId;
    QByteArray organizationId; ///< empty: none
    QByteArray sessionId;
    QByteArray accessToken;
    QByteArray refreshToken;

    /// Who owns what the person stores: the organization, else the person.
    QByteArray tenantId() const { return organizationId.isEmpty() ? userId : organizationId; }
};

/// A whole server in this process, on a database of its own in the TestCluster, with cheap password hashes and a clock that
/// the test moves. It answers on its own threads, so a test may block. Whatever cannot be set up ends the program.
///
/// Made, used and destroyed on the test's thread; client() and now() may be used by others.
class TestServer {
public:
    /// Settings by the names of their variables, over those of the tests.
    explicit TestServer(const Environment &settings = {});
    /// Another server on the same database with the same secrets and settings, as behind a load balancer, but for those given.
    std::unique_ptr<TestServer> another(const Environment &changed = {}) const;
    TestServer(const TestServer &) = delete;
    TestServer &operator=(const TestServer &) = delete;
    ~TestServer();

    quint16 port() const;
    TestClient client() const { return TestClient(port()); }
    Application &application() { return *m_application; }
    const TestDatabase &database() const { return m_database; }
    const QString &dataDirectory() const { return m_dataDirectory; }

    /// What the server takes for the present.
    Instant now() const;
    /// Moves the server's clock on, and keeps its house as it would have done by then.
    void advance(std::chrono::microseconds time);

    /// What is really there: one statement as the superuser, committed.
    template <class... Args> Rows sql(Sql sql, const Args &...args)
    {
        return must(m_superuser.write<Rows>(RequestContext::forSystem(now()), [&](Tx &tx) { return tx.query(sql, args...); }));
    }
    /// The same for a statement that answers one value.
    template <class T, class... Args> T value(Sql text, const Args &...args) { return sql(text, args...).first().template get<T>(0); }
    /// Types of the events of a tenant, in the order in which they were written.
    QByteArrayList events(const QByteArray &tenantId);
    /// Takes the database away from the server, as if PostgreSQL had gone: connections end and no new ones are taken. sql()
    /// goes on.
    void takeDatabaseAway();
    void giveDatabaseBack();

    /// How many rows each table holds (but for those of jobs, which a server has by itself), as `table=rows` in one line: the same text before and after means that nothing was
    /// left behind.
    QByteArray rowCounts();

    /// A request for signup that nobody else sends: e-mail address, slug and all.
    QJsonObject signupRequest();
    /// A person with an organization of its own, signed up over HTTP.
    SignedUp signUp();
    /// A person without an organization, registered over HTTP.
    SignedUp registerPerson();
    /// The person again, with a session that a login has opened.
    SignedUp logIn(const SignedUp &person) const;

private:
    TestServer(TestDatabase database, const QString &dataDirectory, const Environment &settings);
    void allowConnections(bool allowed);

    template <class T> static T must(Result<T> result)
    {
        if (!result)
            die(result.problem());
        if constexpr (!std::is_void_v<T>)
            return *std::move(result);
    }
    /// The server begins with its jobs when it is ready; tests look at what is there before and after something else.
    /// Another one on the same database has nothing to do then.
    void awaitHousekeeping();
    [[noreturn]] static void die(const Problem &problem);

    TestDatabase m_database;
    std::shared_ptr<QTemporaryDir> m_directory; ///< null: another server's
    const QString m_dataDirectory;
    const Environment m_settings;
    std::atomic<qint64> m_ahead{0}; ///< microseconds
    DatabaseSession m_superuser;
    DatabaseSession m_house; ///< as the server's own
    std::unique_ptr<Application> m_application;
    int m_people = 0;
};

/// The session that an answer to signup, register or login speaks of.
SignedUp signedUpBy(const TestReply &reply, const QByteArray &itsPassword);

} // namespace aegis::test
