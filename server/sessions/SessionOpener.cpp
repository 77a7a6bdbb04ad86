#include "server/sessions/SessionOpener.h"

#include "server/crypto/Random.h"

#include <QtCore/QJsonArray>

namespace aegis {
namespace {

QJsonValue id(const QUuid &uuid)
{
    return uuid.isNull() ? QJsonValue(QJsonValue::Null) : QJsonValue(QString::fromLatin1(uuidText(uuid)));
}

QString time(Instant instant)
{
    return QString::fromLatin1(toRfc3339(instant));
}

/// As PostgreSQL reads a bytea.
QString bytes(const QByteArray &value)
{
    return QStringLiteral("\\x") + QString::fromLatin1(value.toHex());
}

qint64 secondsUntil(Instant end, Instant now)
{
    return std::chrono::floor<std::chrono::seconds>(end - now).count();
}

} // namespace

Result<OpenedSession> SessionOpener::open(const RequestContext &context, const QStringList &roles, const QStringList &authMethods) const
{
    const Instant now = context.now;
    TRY(const QByteArray nonce, randomBytes(16));

    OpenedSession opened;
    opened.id = SessionId::make(now);
    opened.expiresAt = now + m_lifetimes.absolute;
    const RefreshTokenFacts facts{.user = context.tenant.user,
                                  .session = opened.id,
                                  .organization = context.tenant.organization,
                                  .generation = 1,
                                  .nonce = nonce,
                                  .issuedAt = now,
                                  .expiresAt = refreshExpiry(now, opened.expiresAt),
                                  .sessionExpiresAt = opened.expiresAt};
    const AccessGrant grant{.user = facts.user,
                            .session = opened.id,
                            .organization = facts.organization,
                            .roles = roles,
                            .authMethods = authMethods,
                            .authTime = now,
                            .token = {}};
    TRY(opened.tokens.refreshToken, m_refreshTokens.token(facts));
    TRY(opened.tokens.accessToken, m_accessTokens.issue(grant, now, opened.expiresAt));
    opened.tokens.expiresIn = std::min<qint64>(m_accessTokens.lifetime().count(), secondsUntil(opened.expiresAt, now));
    opened.tokens.refreshExpiresIn = secondsUntil(facts.expiresAt, now);

    const QString address = context.client.address.toString();
    opened.session = {
        {QStringLiteral("tenant_id"), id(facts.tenant().uuid())},
        {QStringLiteral("id"), id(opened.id.uuid())},
        {QStringLiteral("user_id"), id(facts.user.uuid())},
        {QStringLiteral("organization_id"), id(facts.organization.uuid())},
        {QStringLiteral("auth_methods"), QJsonArray::fromStringList(authMethods)},
        {QStringLiteral("auth_time"), time(now)},
        {QStringLiteral("ip"), address.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(address)},
        {QStringLiteral("user_agent"), context.client.userAgent},
        {QStringLiteral("created_at"), time(now)},
        {QStringLiteral("expires_at"), time(opened.expiresAt)},
    };
    opened.refreshToken = {
        {QStringLiteral("tenant_id"), id(facts.tenant().uuid())},
        {QStringLiteral("session_id"), id(opened.id.uuid())},
        {QStringLiteral("user_id"), id(facts.user.uuid())},
        {QStringLiteral("generation"), facts.generation},
        {QStringLiteral("nonce"), bytes(nonce)},
        {QStringLiteral("current_hash"), bytes(RefreshTokens::hash(opened.tokens.refreshToken))},
        {QStringLiteral("rotated_at"), time(now)},
        {QStringLiteral("expires_at"), time(facts.expiresAt)},
        {QStringLiteral("session_expires_at"), time(opened.expiresAt)},
    };
    return opened;
}

EventDraft SessionOpener::createdEvent(const RequestContext &context, const OpenedSession &session, const QStringList &authMethods)
{
    return {.type = EventType::AuthSessionCreated,
            .subject = session.id.uuid(),
            .payload = {{QStringLiteral("methods"), QJsonArray::fromStringList(authMethods)}, {QStringLiteral("expiresAt"), time(session.expiresAt)}},
            .session = session.id,
            .actor = context.tenant.user};
}

} // namespace aegis
