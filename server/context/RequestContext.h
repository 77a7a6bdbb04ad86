#pragma once

#include "server/async/Deadline.h"
#include "server/context/Authority.h"
#include "shared/ids/Id.h"
#include "shared/text/Secret.h"
#include "shared/time/Instant.h"

#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtNetwork/QHostAddress>

#include <optional>

namespace aegis {

/// Whose data may be seen and changed: row-level security compares the rows with these two. Both nil: nothing.
struct Tenant {
    OrganizationId organization; ///< nil: in no organization
    UserId user;                 ///< nil: nobody

    /// Who owns what is written on behalf of it: the organization, else the person, else the platform (nil).
    TenantId owner() const { return TenantId(organization.isNil() ? user.uuid() : organization.uuid()); }
};

/// Who asks, as the verified access token says.
struct Actor {
    UserId user;        ///< nil: anonymous
    SessionId session;  ///< nil: anonymous
    TokenId token;      ///< the access token's `jti`
    QStringList roles;  ///< in the tenant's organization
    Instant authTime{}; ///< when the person last proved who they are (`auth_time`)
    bool isAnonymous() const { return user.isNil(); }
};

/// Where the request came from, for events and the log.
struct Client {
    QHostAddress address;   ///< the peer's, or what a trusted proxy said
    QString userAgent;      ///< cut to 512 characters
    bool viaProxy = false;  ///< whether the request says that somebody passed it on, trusted or not
    QByteArray languages{}; ///< `Accept-Language` as it came, cut to 256 bytes: the language of mails that the request causes
};

/// How a client carries its tokens: in bodies and `Authorization`, or, when it says `X-Token-Delivery: cookie`, in cookies.
struct TokenDelivery {
    bool byCookie = false; ///< tokens of the answer go into cookies
    Secret refreshToken;   ///< of the request's cookie, which may be used: its origin and its CSRF token were right; empty: none
};

/// The program that asks, where calls are made with credentials of programs (`aegisd clients`).
struct ClientApplication {
    ClientId id;                 ///< nil: none
    OrganizationId organization; ///< whose tokens alone it may ask about; nil: everybody's
};

/// What a client sends so that a call that was repeated is carried out once.
struct IdempotencyKey {
    QByteArray operation;   ///< operation id of the endpoint
    QByteArray keyHash;     ///< SHA-256 of the key
    QByteArray fingerprint; ///< keyed hash of the request and its actor, so that another request with the same key is noticed
};

/// Everything that is known about one request besides its own fields. It is made once by the pipeline, never changes
/// after that and lives until the answer is out, so it is passed by reference, to other threads too. `now` is the one
/// moment of the request: who needs the time takes it from here, which makes time testable.
struct RequestContext {
    Tenant tenant;
    Actor actor;
    Authority authority; ///< empty where the endpoint asks for no permission
    ClientApplication application;
    CorrelationId correlationId;
    Client client;
    TokenDelivery delivery;
    std::optional<IdempotencyKey> idempotency;
    Instant now;
    Deadline deadline = noDeadline; ///< then the client is told `handler_timeout`; what has not been begun by then is not done

    /// For work that no request asked for (start, jobs): no tenant, a new correlation id.
    static RequestContext forSystem(Instant now);
    /// The same request on behalf of another tenant, e.g. the one that a login found.
    RequestContext withTenant(Tenant other) const;
    /// The same request, for what must be done even when its client has given up: an attempt counts, a stolen session ends.
    RequestContext withoutDeadline() const;
};

} // namespace aegis
