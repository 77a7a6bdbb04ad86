#include "server/app/ClientCommand.h"

#include "server/app/OperatorSession.h"
#include "server/oauth/ClientRegistry.h"

namespace aegis {
namespace {

QString text(const QByteArray &latin1)
{
    return QString::fromLatin1(latin1);
}

QString lineOf(const ClientRow &client)
{
    const QString scope = client.organization.isNil() ? QStringLiteral("all organizations")
                                                      : QStringLiteral("organization %1").arg(text(client.organization.text()));
    const QString state = client.revokedAt ? QStringLiteral("revoked %1").arg(text(toRfc3339(*client.revokedAt)))
                                           : QStringLiteral("since %1").arg(text(toRfc3339(client.createdAt)));
    return QStringLiteral("%1  %2  %3  %4").arg(text(client.id.text()), client.name.leftJustified(20), scope, state);
}

/// Calls `work(registry, now)`.
Result<void> withClients(const Settings &settings, const std::function<Result<void>(ClientRegistry &, Instant)> &work)
{
    TRY(OperatorSession here, OperatorSession::open(settings));
    ClientRegistry registry(here.session, here.secrets.fingerprintKey);
    return work(registry, here.now);
}

} // namespace

Result<void> createClient(const Settings &settings, const QString &name, const QString &organization,
                          const std::function<void(const QString &)> &tell)
{
    return withClients(settings, [&](ClientRegistry &registry, Instant now) -> Result<void> {
        TRY(const ClientRegistry::Credentials made, registry.create(name, organization, now));
        tell(QStringLiteral("client_id=%1").arg(text(made.id.text())));
        tell(QStringLiteral("client_secret=%1").arg(QString::fromLatin1(made.secret.reveal().data(), made.secret.size())));
        return {};
    });
}

Result<void> listClients(const Settings &settings, const std::function<void(const QString &)> &tell)
{
    return withClients(settings, [&](ClientRegistry &registry, Instant now) -> Result<void> {
        TRY(const std::vector<ClientRow> clients, registry.list(now));
        for (const ClientRow &client : clients)
            tell(lineOf(client));
        return {};
    });
}

Result<void> revokeClient(const Settings &settings, const QString &id, const std::function<void(const QString &)> &tell)
{
    const auto client = ClientId::parse(id.toLatin1());
    if (!client)
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("'%1' is no id of a client: `aegisd clients list` shows them").arg(id));
    return withClients(settings, [&](ClientRegistry &registry, Instant now) -> Result<void> {
        auto revoked = registry.revoke(*client, now);
        if (!revoked && revoked.problem().code == ProblemCode::NotFound)
            return Problem(ProblemCode::NotFound, QStringLiteral("there is no client with that id that has credentials"));
        CHECK(std::move(revoked));
        tell(QStringLiteral("Revoked. Servers that run know of it after REVOCATION_MAX_AGE at most."));
        return {};
    });
}

} // namespace aegis
