#include "server/config/SettingRows.h"

#include <QtCore/QDir>

#include <sched.h>
#include <unistd.h>

#include <stdexcept>

namespace aegis {
namespace {

int usableCores()
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    return sched_getaffinity(0, sizeof cores, &cores) == 0 ? std::max(1, CPU_COUNT(&cores)) : 1;
}

} // namespace

Machine Machine::present()
{
    QString dataHome = qEnvironmentVariable("XDG_DATA_HOME");
    if (!QDir::isAbsolutePath(dataHome)) // the XDG specification: relative ones are ignored
        dataHome = QDir::homePath() + QStringLiteral("/.local/share");
    return {.cores = usableCores(), .isRoot = geteuid() == 0, .dataHome = dataHome};
}

QString Setting::describeFallback() const
{
    return fallbackSays.isEmpty() ? QString::fromUtf8(fallback) : fallbackSays;
}

std::span<const SettingGroup> settingsTable()
{
    static const std::vector<SettingGroup> groups{networkSettings(),     httpSettings(),  storageSettings(), passwordSettings(), tokenSettings(),
                                                  mfaSettings(),         limitSettings(), redisSettings(),   mailSettings(),     jobSettings(),
                                                  observationSettings(), auditSettings(), laterSettings()};
    return groups;
}

const Setting *findSetting(QByteArrayView name)
{
    for (const SettingGroup &group : settingsTable()) {
        for (const Setting &setting : group.settings) {
            if (QByteArrayView(setting.name.data(), setting.name.size()) == name)
                return &setting;
        }
    }
    return nullptr;
}

Settings Settings::defaults()
{
    const Machine machine = Machine::present();
    Settings settings;
    for (const SettingGroup &group : settingsTable()) {
        for (const Setting &setting : group.settings) {
            const QByteArray value = setting.fallbackFor(machine);
            if (!value.isEmpty() && !setting.read(value, settings))
                throw std::logic_error(std::string("the default of ") + setting.name.data() + " is not allowed");
        }
    }
    settings.jwtIssuer = QStringLiteral("http://%1:%2").arg(settings.host).arg(settings.port);
    settings.mailLinkBase = settings.jwtIssuer;
    return settings;
}

} // namespace aegis
