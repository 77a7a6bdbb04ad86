#include "server/sessions/DeviceText.h"

#include <array>
#include <utility>

namespace aegis {
namespace {

using Known = std::pair<const char *, const char *>;

// The first that is found counts: most browsers name others before themselves.
constexpr std::array<Known, 11> clients{{{"Edg/", "Edge"},
                                         {"EdgA/", "Edge"},
                                         {"OPR/", "Opera"},
                                         {"Vivaldi/", "Vivaldi"},
                                         {"SamsungBrowser/", "Samsung Internet"},
                                         {"FxiOS/", "Firefox"},
                                         {"Firefox/", "Firefox"},
                                         {"CriOS/", "Chrome"},
                                         {"Chrome/", "Chrome"},
                                         {"Version/", "Safari"},
                                         {"Safari/", "Safari"}}};
constexpr std::array<Known, 8> systems{{{"Windows", "Windows"},
                                        {"Android", "Android"},
                                        {"iPhone", "iPhone"},
                                        {"iPad", "iPad"},
                                        {"Mac OS X", "macOS"},
                                        {"CrOS", "ChromeOS"},
                                        {"FreeBSD", "FreeBSD"},
                                        {"Linux", "Linux"}}};

template <std::size_t N> QString nameIn(const QString &text, const std::array<Known, N> &known)
{
    for (const auto &[sign, name] : known) {
        if (text.contains(QLatin1String(sign)))
            return QLatin1String(name);
    }
    return {};
}

} // namespace

QString deviceText(const QString &userAgent)
{
    constexpr qsizetype longest = 40;
    QString client = userAgent.startsWith(QLatin1String("Mozilla/")) ? nameIn(userAgent, clients) : QString();
    if (client.isEmpty())
        client = userAgent.section(u' ', 0, 0).section(u'/', 0, 0).left(longest);
    const QString system = nameIn(userAgent, systems);
    if (system.isEmpty() || client.isEmpty())
        return client.isEmpty() ? system : client;
    return QStringLiteral("%1 on %2").arg(client, system);
}

} // namespace aegis
