#include "tests/integration/Clients.h"

#include "server/config/SecretStore.h"
#include "tests/support/TestMain.h"

namespace aegis::test {
namespace {

Secret keyOf(const TestServer &server)
{
    return SecretStore(server.dataDirectory()).readOrMake(QStringLiteral("fingerprint-key"), 32).value();
}

} // namespace

TestProgram makeProgram(const TestServer &server, const QString &name, const QString &organizationSlug)
{
    DatabaseSession session(server.database().serving);
    const auto made = ClientRegistry(session, keyOf(server)).create(name, organizationSlug, server.now());
    if (!made)
        qFatal("%s", inWords(made.problem()).constData());
    return {made->id.text(), made->secret.reveal().toByteArray()};
}

void revokeProgram(const TestServer &server, const TestProgram &program)
{
    DatabaseSession session(server.database().serving);
    const auto revoked = ClientRegistry(session, keyOf(server)).revoke(*ClientId::parse(program.id), server.now());
    if (!revoked)
        qFatal("%s", inWords(revoked.problem()).constData());
}

} // namespace aegis::test
