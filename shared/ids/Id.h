#pragma once

#include "shared/ids/Uuid.h"

#include <compare>
#include <functional>
#include <optional>

namespace aegis {

/// An id that cannot be taken for another kind of id. A value type; the default one is nil and means nobody.
template <class Tag> class Id {
public:
    Id() = default;
    explicit Id(const QUuid &uuid) : m_uuid(uuid) {}

    /// A new, time-ordered id.
    static Id make(Instant now) { return Id(makeUuid7(now)); }
    static std::optional<Id> parse(QByteArrayView text)
    {
        const auto uuid = parseUuid(text);
        return uuid ? std::optional(Id(*uuid)) : std::nullopt;
    }

    const QUuid &uuid() const { return m_uuid; }
    bool isNil() const { return m_uuid.isNull(); }
    QByteArray text() const { return uuidText(m_uuid); }

    friend bool operator==(const Id &a, const Id &b) { return a.m_uuid == b.m_uuid; }
    friend bool operator<(const Id &a, const Id &b) { return a.m_uuid < b.m_uuid; }
    friend size_t qHash(const Id &id, size_t seed = 0) { return qHash(id.m_uuid, seed); }

private:
    QUuid m_uuid;
};

using UserId = Id<struct UserTag>;
using OrganizationId = Id<struct OrganizationTag>;
using RoleId = Id<struct RoleTag>;
using SessionId = Id<struct SessionTag>;
using InvitationId = Id<struct InvitationTag>;
using TokenId = Id<struct TokenTag>;   ///< a JWT's `jti`
using ClientId = Id<struct ClientTag>; ///< a program with credentials
using EventId = Id<struct EventTag>;
using CorrelationId = Id<struct CorrelationTag>;
/// Who owns a row: an organization, else a person, else the platform (nil). It leads every key.
using TenantId = Id<struct TenantTag>;

} // namespace aegis

template <class Tag> struct std::hash<aegis::Id<Tag>> {
    std::size_t operator()(const aegis::Id<Tag> &id) const noexcept { return qHash(id); }
};
