#pragma once

#include "server/db/DatabaseSession.h"
#include "tests/support/TestServer.h"

namespace aegis::test {

/// People and organizations to whom everything happens that events tell of, over HTTP, at the command line and by the jobs: nothing of it is
/// made behind the server's back.
class ReplayStory {
public:
    /// The server has to have settings().
    explicit ReplayStory(TestServer &server);

    static Environment settings();

    /// All of it. Whatever does not succeed ends the test program with the answer.
    void tell();

    /// Somebody who administers the platform, by `aegisd admin create`.
    SignedUp platformAdministrator(const QByteArray &email, const QString &role = QStringLiteral("PLATFORM_ADMIN"));
    /// Somebody with an organization and a verified address.
    SignedUp owner();
    /// Somebody who was imported into that organization with that role, and has logged in.
    SignedUp imported(const QByteArray &email, const SignedUp &owner, const QByteArray &role, bool verified = true);
    /// What the jobs of a server do by now.
    void keepHouse();

    TestClient as(const SignedUp &person) const { return m_server.client().as(person.accessToken); }

private:
    void lockAndUnlock();
    void endSessions();
    void secondFactor(const SignedUp &root);
    void newPasswords();
    void measures(const SignedUp &root);
    void organization(const SignedUp &root);
    void members(const SignedUp &root);

    TestServer &m_server;
    DatabaseSession m_operators;
};

/// The answer, or the end of the program when its status is another one.
TestReply mustBe(int status, const TestReply &reply);

} // namespace aegis::test
