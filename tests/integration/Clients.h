#pragma once

#include "server/oauth/ClientRegistry.h"
#include "tests/support/TestServer.h"

namespace aegis::test {

/// A program with credentials.
struct TestProgram {
    QByteArray id;
    QByteArray secret;

    /// The client, sending its credentials and a form.
    TestClient of(const TestServer &server) const
    {
        return server.client()
            .with("Content-Type", "application/x-www-form-urlencoded")
            .with("Authorization", "Basic " + (id + ':' + secret).toBase64());
    }
    TestReply introspect(const TestServer &server, const QByteArray &token) const
    {
        return of(server).send("POST", "/oauth/introspect", "token=" + token);
    }
    TestReply revoke(const TestServer &server, const QByteArray &token) const { return of(server).send("POST", "/oauth/revoke", "token=" + token); }
};

/// Made as `aegisd clients create` does. The key is the server's; the name must be new.
TestProgram makeProgram(const TestServer &server, const QString &name, const QString &organizationSlug = {});
void revokeProgram(const TestServer &server, const TestProgram &program);

} // namespace aegis::test
