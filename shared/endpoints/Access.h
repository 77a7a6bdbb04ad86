#pragma once

#include <string_view>

namespace aegis {

/// Who may call an endpoint. There is no default one: an endpoint that does not say it does not compile.
class Access {
public:
    enum class Kind { Public, Bearer, Permission };

    Access() = delete;

    static const Access Public; ///< anybody
    static const Access Bearer; ///< whoever has a valid access token
    /// Whoever has a valid access token of a role with that permission.
    static constexpr Access Permission(std::string_view permission) { return Access(Kind::Permission, permission); }

    constexpr Kind kind() const { return m_kind; }
    constexpr bool needsToken() const { return m_kind != Kind::Public; }
    constexpr std::string_view permission() const { return m_permission; }

private:
    constexpr Access(Kind kind, std::string_view permission) : m_kind(kind), m_permission(permission) {}

    Kind m_kind;
    std::string_view m_permission;
};

inline constexpr Access Access::Public{Access::Kind::Public, {}};
inline constexpr Access Access::Bearer{Access::Kind::Bearer, {}};

} // namespace aegis
