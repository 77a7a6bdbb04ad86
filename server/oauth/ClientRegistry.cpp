#include "server/oauth/ClientRegistry.h"

#include "server/crypto/Base64.h"
#include "server/crypto/Random.h"
#include "server/events/EventStore.h"
#include "server/oauth/ClientSecret.h"

namespace aegis {
namespace {

constexpr qsizetype secretBytes = 32;

QJsonValue idOrNull(const OrganizationId &organization)
{
    return organization.isNil() ? QJsonValue() : QJsonValue(QString::fromLatin1(organization.text()));
}

} // namespace

Result<ClientRegistry::Credentials> ClientRegistry::create(const QString &name, const QString &organizationSlug, Instant now)
{
    constexpr qsizetype longest = 100;
    if (name.trimmed().isEmpty() || name.size() > longest || std::any_of(name.begin(), name.end(), [](QChar c) { return !c.isPrint(); }))
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("the name must be 1 to 100 printable characters"));
    TRY(const Secret random, randomSecret(secretBytes));
    Credentials credentials{.id = ClientId::make(now), .secret = Secret(base64Url(random.reveal()))};
    ClientRow client{.id = credentials.id,
                     .name = name,
                     .organization = {},
                     .secretHash = clientSecretHash(m_key, credentials.id, credentials.secret.reveal()),
                     .createdAt = now};
    CHECK(m_session.write<void>(RequestContext::forSystem(now), [&](Tx &tx) -> Result<void> {
        if (!organizationSlug.isEmpty()) {
            TRY(const std::optional<OrganizationId> organization, ClientStore::organizationOf(tx, organizationSlug));
            if (!organization)
                return Problem(ProblemCode::NotFound, QStringLiteral("there is no organization with the slug %1").arg(organizationSlug));
            client.organization = *organization;
        }
        CHECK(ClientStore::add(tx, client));
        EventBatch events(tx.context());
        events.add({.type = EventType::ClientCreated,
                    .subject = client.id.uuid(),
                    .payload = {{QStringLiteral("name"), name}, {QStringLiteral("organizationId"), idOrNull(client.organization)}}});
        return EventStore::append(tx, events);
    }));
    return credentials;
}

Result<std::vector<ClientRow>> ClientRegistry::list(Instant now)
{
    return m_session.read<std::vector<ClientRow>>(RequestContext::forSystem(now), ClientStore::all);
}

Result<void> ClientRegistry::revoke(const ClientId &client, Instant now)
{
    return m_session.write<void>(RequestContext::forSystem(now), [&](Tx &tx) -> Result<void> {
        TRY(const QString name, ClientStore::revoke(tx, client));
        EventBatch events(tx.context());
        events.add({.type = EventType::ClientRevoked, .subject = client.uuid(), .payload = {{QStringLiteral("name"), name}}});
        return EventStore::append(tx, events);
    });
}

} // namespace aegis
