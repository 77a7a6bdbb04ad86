#include "server/organizations/SlugService.h"

#include "server/organizations/SlugStore.h"

namespace aegis {
namespace {

constexpr std::chrono::seconds memory(10);
constexpr qsizetype maxRemembered = 10'000;
constexpr qsizetype maxSuggestions = 3;

/// Near slugs that are well-formed, most natural first.
QStringList candidates(const QString &text)
{
    const auto base = Slug::near(text).value_or(*Slug::parse(QStringLiteral("my-organization"))).text().left(Slug::maxLength - 5);
    QStringList all;
    for (const QString &ending : {QStringLiteral("-hq"), QStringLiteral("-team"), QStringLiteral("-2"), QStringLiteral("-3"), QStringLiteral("-org"),
                                  QStringLiteral("-4"), QStringLiteral("-5")}) {
        if (const auto slug = Slug::parse(base + ending))
            all.append(slug->text());
    }
    if (base != text && Slug::parse(base))
        all.prepend(base);
    return all;
}

} // namespace

Task<Result<SlugAvailabilityResponse>> SlugService::availability(const RequestContext &context, SlugAvailabilityRequest request)
{
    if (auto known = remembered(request.slug, context.now))
        co_return *std::move(known);

    SlugAvailabilityResponse response;
    response.slug = request.slug;
    QStringList asked = candidates(request.slug);
    if (const auto fault = Slug::faultOf(request.slug))
        response.reason = slugFaultName(*fault);
    else
        asked.prepend(request.slug);

    CO_TRY(const QStringList taken, co_await SlugStore::taken(m_database, context, asked));
    if (taken.contains(request.slug))
        response.reason = QStringLiteral("taken");
    response.available = !response.reason;
    if (!response.available) {
        asked.removeIf([&](const QString &slug) { return slug == request.slug || taken.contains(slug); });
        response.suggestions = asked.mid(0, maxSuggestions);
        remember(response, context.now);
    }
    co_return response;
}

std::optional<SlugAvailabilityResponse> SlugService::remembered(const QString &slug, Instant now)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_taken.constFind(slug);
    return found != m_taken.constEnd() && found->until > now ? std::optional(found->response) : std::nullopt;
}

void SlugService::remember(const SlugAvailabilityResponse &response, Instant now)
{
    const std::lock_guard lock(m_mutex);
    if (m_taken.size() >= maxRemembered)
        m_taken.clear();
    m_taken.insert(response.slug, {.response = response, .until = now + memory});
}

} // namespace aegis
