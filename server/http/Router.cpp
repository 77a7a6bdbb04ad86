#include "server/http/Router.h"

namespace aegis::http {
namespace {

QByteArray bytes(std::string_view text)
{
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

constexpr std::array allMethods{Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete};

/// The parts between the slashes of a path that begins with one.
std::vector<QByteArrayView> split(QByteArrayView path)
{
    std::vector<QByteArrayView> segments;
    qsizetype start = 1;
    for (qsizetype i = 1; i <= path.size(); ++i) {
        if (i < path.size() && path[i] != '/')
            continue;
        segments.push_back(path.sliced(start, i - start));
        start = i + 1;
    }
    return segments;
}

QByteArray allowOf(const std::array<std::optional<std::size_t>, 5> &byMethod)
{
    QByteArray allow;
    for (const Method method : allMethods) {
        if (!byMethod[static_cast<std::size_t>(method)])
            continue;
        allow += bytes(methodName(method)) + ", ";
        if (method == Method::Get)
            allow += "HEAD, ";
    }
    return allow + "OPTIONS";
}

} // namespace

Router::Router(std::span<const EndpointInfo *const> table)
{
    std::array<std::optional<std::size_t>, 5> anyMethod;
    for (std::size_t index = 0; index < table.size(); ++index) {
        const auto method = static_cast<std::size_t>(*table[index]->method);
        Resource &resource = resourceOf(*table[index]->path);
        Q_ASSERT_X(!resource.byMethod[method], "Router", "two endpoints have the same method and address");
        resource.byMethod[method] = index;
        resource.allow = allowOf(resource.byMethod);
        resource.needsToken = resource.needsToken || table[index]->access.needsToken();
        anyMethod[method] = index;
    }
    m_allMethods = allowOf(anyMethod);
}

Router::Resource &Router::resourceOf(std::string_view path)
{
    if (path.find('{') == std::string_view::npos)
        return m_fixed[bytes(path)];

    Template wanted;
    for (const QByteArrayView segment : split(QByteArrayView(path.data(), static_cast<qsizetype>(path.size())))) {
        const bool isParameter = segment.startsWith('{') && segment.endsWith('}');
        wanted.segments.push_back(isParameter ? QByteArray() : segment.toByteArray());
        if (isParameter)
            wanted.names.emplace_back(segment.data() + 1, static_cast<std::size_t>(segment.size() - 2));
    }
    for (Template &known : m_templates) {
        if (known.segments == wanted.segments)
            return known.resource;
    }
    return m_templates.emplace_back(std::move(wanted)).resource;
}

QByteArrayView Router::withoutVersion(QByteArrayView path)
{
    return path.startsWith("/v1/") ? path.sliced(3) : path;
}

Router::Match Router::find(QByteArrayView method, QByteArrayView path) const
{
    if (path == "*" && method == "OPTIONS")
        return {.kind = Match::Kind::Options, .allow = m_allMethods};
    path = withoutVersion(path);
    const auto fixed = m_fixed.constFind(QByteArray::fromRawData(path.data(), path.size()));
    if (fixed != m_fixed.constEnd())
        return matchMethod(*fixed, method, {});
    if (!path.startsWith('/'))
        return {};

    const std::vector<QByteArrayView> segments = split(path);
    for (const Template &candidate : m_templates) {
        if (candidate.segments.size() != segments.size())
            continue;
        Parameters parameters;
        bool fits = true;
        for (std::size_t i = 0; fits && i < segments.size(); ++i) {
            if (!candidate.segments[i].isEmpty())
                fits = candidate.segments[i] == segments[i];
            else if ((fits = !segments[i].isEmpty()))
                parameters.emplace_back(candidate.names[parameters.size()], segments[i].toByteArray());
        }
        if (fits)
            return matchMethod(candidate.resource, method, std::move(parameters));
    }
    return {};
}

Router::Match Router::matchMethod(const Resource &resource, QByteArrayView method, Parameters parameters)
{
    Match match{
        .kind = Match::Kind::MethodNotAllowed, .needsToken = resource.needsToken, .parameters = std::move(parameters), .allow = resource.allow};
    if (method == "OPTIONS")
        match.kind = Match::Kind::Options;
    for (const Method known : allMethods) {
        const std::string_view name = methodName(known);
        const bool same = method == QByteArrayView(name.data(), static_cast<qsizetype>(name.size())) || (known == Method::Get && method == "HEAD");
        const auto endpoint = resource.byMethod[static_cast<std::size_t>(known)];
        if (same && endpoint) {
            match.kind = Match::Kind::Endpoint;
            match.endpoint = *endpoint;
        }
    }
    return match;
}

} // namespace aegis::http
