#include "server/sessions/SessionOpener.h"

#include "server/crypto/Random.h"
#include "server/db/RowJson.h"
#include "server/mail/MailLanguage.h"

#include <QtCore/QJsonArray>

namespace aegis {
namespace {

/// That of the mails to the person; null when the client asked for none.
QJsonValue languageOf(const Client &client)
{
    return client.languages.isEmpty() ? QJsonValue() : QJsonValue(QString::fromLatin1(mailLanguageFor(client.languages)));
}

} // namespace

Result<OpenedSession> SessionOpener::open(const RequestContext &context, const QStringList &roles, const QStringList &authMethods) const
{
    return goOn(context, roles, {.methods = authMethods, .time = context.now}, context.now + m_lifetimes.absolute);
}

Result<OpenedSession> SessionOpener::goOn(const RequestContext &context, const QStringList &roles, const Authentication &auth,
                                          Instant expiresAt) const
{
    const Instant now = context.now;
    TRY(const QByteArray nonce, randomBytes(16));

    OpenedSession opened;
    opened.id = SessionId::make(now);
    opened.expiresAt = expiresAt;
    const RefreshTokenFacts facts{.user = context.tenant.user,
                                  .session = opened.id,
                                  .organization = context.tenant.organization,
                                  .generation = 1,
                                  .nonce = nonce,
                                  .issuedAt = now,
                                  .expiresAt = refreshExpiry(now, opened.expiresAt),
                                  .sessionExpiresAt = opened.expiresAt};
    TRY(opened.tokens, m_tokens.issue(facts, roles, auth, now));

    opened.session = {
        {QStringLiteral("tenant_id"), rowjson::tenant(facts.tenant().owner())},
        {QStringLiteral("id"), rowjson::id(opened.id)},
        {QStringLiteral("user_id"), rowjson::id(facts.user)},
        {QStringLiteral("organization_id"), rowjson::id(facts.organization)},
        {QStringLiteral("auth_methods"), QJsonArray::fromStringList(auth.methods)},
        {QStringLiteral("auth_time"), rowjson::time(auth.time)},
        {QStringLiteral("ip"), rowjson::address(context.client.address)},
        {QStringLiteral("user_agent"), context.client.userAgent},
        {QStringLiteral("language"), languageOf(context.client)},
        {QStringLiteral("created_at"), rowjson::time(now)},
        {QStringLiteral("expires_at"), rowjson::time(opened.expiresAt)},
    };
    opened.refreshToken = {
        {QStringLiteral("tenant_id"), rowjson::tenant(facts.tenant().owner())},
        {QStringLiteral("session_id"), rowjson::id(opened.id)},
        {QStringLiteral("user_id"), rowjson::id(facts.user)},
        {QStringLiteral("generation"), facts.generation},
        {QStringLiteral("nonce"), rowjson::bytes(nonce)},
        {QStringLiteral("current_hash"), rowjson::bytes(RefreshTokens::hash(opened.tokens.refreshToken))},
        {QStringLiteral("rotated_at"), rowjson::time(now)},
        {QStringLiteral("expires_at"), rowjson::time(facts.expiresAt)},
        {QStringLiteral("session_expires_at"), rowjson::time(opened.expiresAt)},
    };
    return opened;
}

EventDraft SessionOpener::createdEvent(const RequestContext &context, const OpenedSession &session, const QStringList &authMethods)
{
    return {.type = EventType::AuthSessionCreated,
            .subject = session.id.uuid(),
            .payload = {{QStringLiteral("methods"), QJsonArray::fromStringList(authMethods)},
                        {QStringLiteral("expiresAt"), rowjson::time(session.expiresAt)}},
            .session = session.id,
            .actor = context.tenant.user};
}

} // namespace aegis
