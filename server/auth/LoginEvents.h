#pragma once

#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"

namespace aegis {

// Events of a login, with one factor or two.

inline EventDraft loggedInEvent(const UserId &user, const SessionId &session, const QStringList &methods)
{
    return {.type = EventType::UserLoggedIn,
            .subject = user.uuid(),
            .payload = {{QStringLiteral("methods"), QJsonArray::fromStringList(methods)}},
            .session = session,
            .actor = user};
}

/// Of a password that was right, while a second factor is waited for. Nobody is named as the actor: who it was is not proved.
inline EventDraft firstFactorEvent(const UserId &user, Instant expiresAt)
{
    return {.type = EventType::UserLoginFirstFactorPassed,
            .subject = user.uuid(),
            .payload = {{QStringLiteral("methods"), QJsonArray{QStringLiteral("pwd")}}, {QStringLiteral("expiresAt"), rowjson::time(expiresAt)}}};
}

/// Of a password that was right, and whose hash was made anew.
inline EventDraft rehashedEvent(const UserId &user, const QByteArray &newHash, const SessionId &session = {})
{
    const QString algorithm = newHash.startsWith("$argon2id$") ? QStringLiteral("argon2id") : QStringLiteral("bcrypt");
    return {.type = EventType::PasswordRehashed,
            .subject = user.uuid(),
            .payload = {{QStringLiteral("algorithm"), algorithm}},
            .session = session,
            .actor = user};
}

} // namespace aegis
