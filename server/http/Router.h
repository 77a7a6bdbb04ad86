#pragma once

#include "shared/endpoints/Endpoint.h"

#include <QtCore/QByteArray>
#include <QtCore/QHash>

#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace aegis::http {

/// Finds the endpoint of a request: fixed addresses by hash, templates segment by segment. Every address answers bare and
/// under `/v1`; nothing else is folded (case, slashes at the end, doubled slashes). Made once, read by all threads.
class Router {
public:
    /// Values of the template's parameters, by name; the names live as long as the table.
    using Parameters = std::vector<std::pair<std::string_view, QByteArray>>;

    struct Match {
        enum class Kind {
            Endpoint,         ///< `endpoint` and `parameters` say which
            Options,          ///< OPTIONS for an address that exists: `allow`
            MethodNotAllowed, ///< the address exists: `allow`
            NotFound,
        };
        Kind kind = Kind::NotFound;
        std::size_t endpoint = 0; ///< place in the table
        bool needsToken = false;  ///< whether any endpoint of the address does
        Parameters parameters{};
        QByteArray allow{}; ///< methods of the address, as in `Allow`
    };

    /// The table outlives the router. Two endpoints with the same method and address are a bug.
    explicit Router(std::span<const EndpointInfo *const> table);

    /// The method as sent; the path decoded. HEAD finds what GET finds.
    Match find(QByteArrayView method, QByteArrayView path) const;

    /// What is left of a path when `/v1` is taken off: the same for both addresses of an endpoint. It refers to the path.
    static QByteArrayView withoutVersion(QByteArrayView path);

private:
    struct Resource {
        std::array<std::optional<std::size_t>, 5> byMethod;
        QByteArray allow;
        bool needsToken = false;
    };
    struct Template {
        std::vector<QByteArray> segments; ///< empty: any segment that is not empty
        std::vector<std::string_view> names;
        Resource resource;
    };

    Resource &resourceOf(std::string_view path);
    static Match matchMethod(const Resource &resource, QByteArrayView method, Parameters parameters);

    QHash<QByteArray, Resource> m_fixed;
    std::vector<Template> m_templates;
    QByteArray m_allMethods;
};

} // namespace aegis::http
