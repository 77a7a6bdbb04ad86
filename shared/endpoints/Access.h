#pragma once

#include "shared/permissions/Permission.h"

namespace aegis {

/// Who may call an endpoint. There is no default one: an endpoint that does not say it does not compile.
class Access {
public:
    enum class Kind { Public, Bearer, Permission, Client };

    Access() = delete;

    static const Access Public; ///< anybody
    static const Access Bearer; ///< whoever has a valid access token
    static const Access Client; ///< a program with credentials of its own (RFC 6749, 2.3.1)
    /// Whoever has a valid access token, and a role with that permission in the token's organization or on the platform.
    static constexpr Access With(Permission permission) { return Access(Kind::Permission, permission); }

    constexpr Kind kind() const { return m_kind; }
    /// Whether an access token is needed.
    constexpr bool needsToken() const { return m_kind == Kind::Bearer || m_kind == Kind::Permission; }
    /// Whether credentials of a program are.
    constexpr bool needsClient() const { return m_kind == Kind::Client; }
    /// Of an access by permission.
    constexpr Permission permission() const { return m_permission; }

private:
    constexpr explicit Access(Kind kind, Permission permission = {}) : m_kind(kind), m_permission(permission) {}

    Kind m_kind;
    Permission m_permission;
};

inline constexpr Access Access::Public{Access::Kind::Public};
inline constexpr Access Access::Bearer{Access::Kind::Bearer};
inline constexpr Access Access::Client{Access::Kind::Client};

} // namespace aegis
