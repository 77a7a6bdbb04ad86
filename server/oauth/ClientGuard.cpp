#include "server/oauth/ClientGuard.h"

#include "server/crypto/ConstantTime.h"
#include "server/oauth/ClientSecret.h"

namespace aegis {
namespace {

Problem refused(const char *why)
{
    return Problem(ProblemCode::InvalidClient).withInternal(QLatin1String(why));
}

} // namespace

Task<Result<ClientApplication>> ClientGuard::authenticate(const http::ClientCredentials &credentials, Instant now)
{
    const auto id = ClientId::parse(credentials.id);
    if (!id)
        co_return refused("the client's id is none");
    std::optional<Known> known = remembered(*id, now);
    if (!known) {
        const RequestContext context = RequestContext::forSystem(now);
        Task<Result<std::optional<ClientRow>>> task = ClientStore::find(m_database, context, *id);
        CO_TRY(const std::optional<ClientRow> row, co_await task);
        if (row)
            known = Known{.organization = row->organization, .secretHash = row->secretHash, .asOf = now};
        remember(*id, known);
    }
    if (!known)
        co_return refused("there is no such client, or it was revoked");
    if (!constantTimeEquals(clientSecretHash(m_key, *id, credentials.secret.reveal()), known->secretHash))
        co_return refused("the client's secret is wrong");
    co_return ClientApplication{.id = *id, .organization = known->organization};
}

std::optional<ClientGuard::Known> ClientGuard::remembered(const ClientId &client, Instant now) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_known.constFind(client);
    const bool isFresh = found != m_known.constEnd() && found->asOf <= now && now - found->asOf < m_maxAge; // a clock that was set back counts as old
    return isFresh ? std::optional(*found) : std::nullopt;
}

void ClientGuard::remember(const ClientId &client, std::optional<Known> known)
{
    const std::lock_guard lock(m_mutex);
    if (known)
        m_known.insert(client, *std::move(known));
    else
        m_known.remove(client);
}

} // namespace aegis
