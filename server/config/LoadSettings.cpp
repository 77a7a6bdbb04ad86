#include "server/config/LoadSettings.h"

#include "server/config/SettingText.h"
#include "server/config/SettingsChecks.h"
#include "server/config/SettingsFile.h"

#include <unistd.h>

#include <set>

namespace aegis {
namespace {

/// A value as it may be shown: cut, and without what could steer a terminal.
QString shown(const QByteArray &value)
{
    QString text = QString::fromUtf8(value.first(std::min<qsizetype>(value.size(), 80)));
    for (QChar &c : text) {
        if (!c.isPrint())
            c = QLatin1Char('?');
    }
    return value.size() > 80 ? text + QStringLiteral("...") : text;
}

struct Given {
    QByteArray value;
    QString where; ///< after the name in messages; empty: the environment
    SettingOrigin origin = SettingOrigin::Variable;
};

FieldError wrongValue(const Setting &setting, const Given &given)
{
    const QString value = setting.isSecret ? QStringLiteral("has a value that is not right") : QStringLiteral("is '%1'").arg(shown(given.value));
    return {setting.name, FieldCode::SettingValue, QStringLiteral("%1%2; it must be %3").arg(value, given.where, setting.allowed)};
}

/// Takes what the file says; what is unknown or there twice becomes an error.
void takeFile(const QString &path, std::map<QByteArray, Given> &given, Problem &problem, QStringList &warnings)
{
    auto file = SettingsFile::read(path);
    if (!file) {
        problem.fields = file.problem().fields;
        return;
    }
    std::map<QByteArray, int> lines;
    bool hasSecret = false;
    for (const SettingsFile::Entry &entry : file->entries) {
        const QString where = QStringLiteral("%1 line %2").arg(path).arg(entry.line);
        const Setting *setting = findSetting(entry.name);
        if (setting == nullptr) {
            problem.fields.push_back(
                {where, FieldCode::Unknown, QStringLiteral("has the unknown setting %1; `aegisd --help-config` lists all").arg(shown(entry.name))});
            continue;
        }
        if (const auto [first, isFirst] = lines.emplace(entry.name, entry.line); !isFirst) {
            problem.fields.push_back(
                {where, FieldCode::SettingDuplicate, QStringLiteral("sets %1, which line %2 has set already").arg(setting->name).arg(first->second)});
            continue;
        }
        if (entry.value.isEmpty())
            continue;
        hasSecret = hasSecret || setting->isSecret;
        given[entry.name] = {entry.value, QStringLiteral(" (%1)").arg(where), SettingOrigin::File};
    }
    if (hasSecret && file->isReadableByOthers)
        warnings.append(QStringLiteral("%1 holds a secret and can be read by others: `chmod 600` it.").arg(path));
}

void takeEnvironment(const Environment &environment, std::map<QByteArray, Given> &given, QStringList &warnings)
{
    for (const auto &[name, value] : environment) {
        if (value.isEmpty())
            continue;
        if (findSetting(name) != nullptr)
            given[name] = {value, QString(), SettingOrigin::Variable};
        else if (name.startsWith("AEGIS_"))
            warnings.append(QStringLiteral("%1 is in the environment, but is no setting; settings have no prefix, `aegisd --help-config` lists all.")
                                .arg(shown(name)));
    }
}

QString derivedIssuer(const Settings &settings)
{
    const bool isIpv6 = settings.host.contains(QLatin1Char(':'));
    return QStringLiteral("%1://%2:%3")
        .arg(settings.hasTls() ? QStringLiteral("https") : QStringLiteral("http"),
             isIpv6 ? QLatin1Char('[') + settings.host + QLatin1Char(']') : settings.host)
        .arg(settings.port);
}

QString summary(const std::vector<FieldError> &errors)
{
    QStringList lines;
    for (const FieldError &error : errors)
        lines.append(error.field + QLatin1Char(' ') + error.message + QLatin1Char('.'));
    return lines.join(QLatin1Char('\n'));
}

} // namespace

Environment processEnvironment()
{
    Environment variables;
    for (char **entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const QByteArrayView text(*entry);
        if (const qsizetype equals = text.indexOf('='); equals > 0)
            variables.emplace(text.first(equals).toByteArray(), text.sliced(equals + 1).toByteArray());
    }
    return variables;
}

Result<LoadedSettings> loadSettings(const SettingsInput &input)
{
    LoadedSettings loaded;
    Problem problem(ProblemCode::ValidationFailed);
    std::map<QByteArray, Given> given;
    if (input.file)
        takeFile(*input.file, given, problem, loaded.warnings);
    takeEnvironment(input.environment, given, loaded.warnings);

    for (const SettingGroup &group : settingsTable()) {
        for (const Setting &setting : group.settings) {
            const QByteArray name(setting.name.data(), setting.name.size());
            const QByteArray fallback = setting.fallbackFor(input.machine);
            if (!fallback.isEmpty())
                setting.read(fallback, loaded.settings); // the defaults are proved by a test
            const auto found = given.find(name);
            const bool isGiven = found != given.end();
            if (isGiven && !setting.read(found->second.value, loaded.settings))
                problem.fields.push_back(wrongValue(setting, found->second));
            loaded.effective[name] = {isGiven ? found->second.origin : SettingOrigin::Default,
                                      setting.isSecret ? QByteArray() : (isGiven ? found->second.value : fallback)};
        }
    }
    if (auto &idle = loaded.effective["SESSION_IDLE_LIFETIME"]; idle.origin == SettingOrigin::Default) {
        const bool isWithin = loaded.settings.jwtRefreshExpiration <= loaded.settings.sessionAbsoluteLifetime;
        loaded.settings.sessionIdleLifetime = isWithin ? loaded.settings.jwtRefreshExpiration : loaded.settings.sessionAbsoluteLifetime;
        idle.value = loaded.effective[isWithin ? "JWT_REFRESH_EXPIRATION" : "SESSION_ABSOLUTE_LIFETIME"].value;
    }
    loaded.settings.hasDerivedIssuer = loaded.settings.jwtIssuer.isEmpty();
    if (loaded.settings.hasDerivedIssuer)
        loaded.settings.jwtIssuer = derivedIssuer(loaded.settings);
    loaded.settings.hasDerivedLinkBase = loaded.settings.mailLinkBase.isEmpty();
    if (loaded.settings.hasDerivedLinkBase)
        loaded.settings.mailLinkBase = setting_text::parseWebAddress(loaded.settings.jwtIssuer.toUtf8()).value_or(derivedIssuer(loaded.settings));

    // A wrong value was left at its default, which may then clash with others: what is reported must be what is wrong.
    std::set<QString> reported;
    for (const FieldError &error : problem.fields)
        reported.insert(error.field);
    for (FieldError &error : checkTogether(loaded.settings)) {
        if (!reported.contains(error.field))
            problem.fields.push_back(std::move(error));
    }
    if (!problem.fields.empty()) {
        problem.detail = summary(problem.fields);
        return problem;
    }
    loaded.warnings += warningsAbout(loaded.settings);
    return loaded;
}

} // namespace aegis
