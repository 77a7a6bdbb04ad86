#include "server/oauth/IntrospectionService.h"

#include "server/oauth/TokenStateStore.h"

namespace aegis {
namespace {

std::optional<OrganizationId> unlessNil(const OrganizationId &organization)
{
    return organization.isNil() ? std::nullopt : std::optional(organization);
}

} // namespace

Task<Result<IntrospectionResponse>> IntrospectionService::introspect(const RequestContext &context, TokenRequest request) const
{
    const auto grant = m_accessTokens.verify(request.token.reveal(), context.now);
    if (grant) {
        Task<Result<IntrospectionResponse>> task = ofAccessToken(context, request.token, **grant);
        co_return co_await task;
    }
    Task<Result<IntrospectionResponse>> task = ofRefreshToken(context, request.token);
    auto asRefreshToken = co_await task;
    if (asRefreshToken && !asRefreshToken->active && grant.problem().code != ProblemCode::InvalidToken)
        co_return grant.problem(); // it may be an access token that cannot be checked
    co_return asRefreshToken;
}

Task<Result<IntrospectionResponse>> IntrospectionService::ofAccessToken(const RequestContext &context, const Secret &token,
                                                                        const AccessGrant &grant) const
{
    if (!mayAskAbout(context.application, grant.organization))
        co_return IntrospectionResponse();
    std::optional<Result<http::Principal>> known = m_authenticator.authenticateAtOnce(token, context.now);
    if (!known) {
        Task<Result<http::Principal>> task = m_authenticator.authenticate(token, context.now);
        known.emplace(co_await task);
    }
    if (!known->ok() && known->problem().code != ProblemCode::InvalidToken)
        co_return std::move(*known).problem();
    IntrospectionResponse response;
    response.active = known->ok();
    if (!response.active)
        co_return response;
    response.tokenUse = QStringLiteral("access_token");
    response.tokenType = QStringLiteral("Bearer");
    response.issuer = m_names.issuer;
    response.audience = m_names.audience;
    response.subject = grant.user;
    response.session = grant.session;
    response.organization = unlessNil(grant.organization);
    response.roles = grant.roles;
    response.authMethods = grant.authMethods;
    response.authTime = toUnixSeconds(grant.authTime);
    response.issuedAt = toUnixSeconds(grant.issuedAt);
    response.expiresAt = toUnixSeconds(grant.expiresAt);
    response.tokenId = QString::fromLatin1(grant.token.text());
    co_return response;
}

Task<Result<IntrospectionResponse>> IntrospectionService::ofRefreshToken(const RequestContext &context, const Secret &token) const
{
    const auto facts = m_refreshTokens.read(token, context.now);
    if (!facts || !mayAskAbout(context.application, facts->organization))
        co_return IntrospectionResponse();
    const RequestContext tenantContext = context.withTenant(facts->tenant());
    const QByteArray hash = RefreshTokens::hash(token);
    Task<Result<bool>> task = TokenStateStore::isCurrent(m_database, tenantContext, *facts, hash);
    IntrospectionResponse response;
    CO_TRY(response.active, co_await task);
    if (!response.active)
        co_return response;
    response.tokenUse = QStringLiteral("refresh_token");
    response.issuer = m_names.issuer;
    response.subject = facts->user;
    response.session = facts->session;
    response.organization = unlessNil(facts->organization);
    response.issuedAt = toUnixSeconds(facts->issuedAt);
    response.expiresAt = toUnixSeconds(facts->expiresAt);
    co_return response;
}

} // namespace aegis
