#include "server/cli/SettingsHelp.h"

namespace aegis {
namespace {

/// Appends the words with line feeds between, so that lines fit into the width, each behind the margin.
void appendWrapped(QString &page, const QString &text, int margin, int width)
{
    const QString indent(margin, QLatin1Char(' '));
    QString line = indent;
    for (const QString &word : text.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const bool isFirst = line.size() == margin;
        if (!isFirst && line.size() + 1 + word.size() > width) {
            page += line + QLatin1Char('\n');
            line = indent + word;
        } else {
            line += isFirst ? word : QLatin1Char(' ') + word;
        }
    }
    page += line + QLatin1Char('\n');
}

qsizetype longestName()
{
    qsizetype longest = 0;
    for (const SettingGroup &group : settingsTable()) {
        for (const Setting &setting : group.settings)
            longest = std::max(longest, setting.name.size());
    }
    return longest;
}

QString originWord(SettingOrigin origin)
{
    switch (origin) {
    case SettingOrigin::Default:
        return QStringLiteral("default");
    case SettingOrigin::File:
        return QStringLiteral("file");
    case SettingOrigin::Variable:
        return QStringLiteral("environment");
    }
    return {};
}

} // namespace

QString settingsHelp(int width)
{
    QString page;
    appendWrapped(
        page,
        QStringLiteral(
            "Every setting is an environment variable, or a line KEY=VALUE in the file given with --config FILE; the environment wins over the "
            "file. An empty value counts as not set. Times are written as 250ms, 30s, 15m, 12h or 7d (a bare number is seconds), sizes as "
            "4096, 16KiB or 1MiB."),
        0, width);
    const qsizetype column = longestName() + 4;
    for (const SettingGroup &group : settingsTable()) {
        page += QLatin1Char('\n') + group.title + QLatin1Char('\n') + QString(group.title.size(), QLatin1Char('-')) + QLatin1Char('\n');
        for (const Setting &setting : group.settings) {
            page += (QLatin1String("  ") + QString(setting.name)).leftJustified(column)
                + QStringLiteral("default: %1\n").arg(setting.describeFallback());
            appendWrapped(
                page, QStringLiteral("must be %1%2").arg(setting.allowed, setting.isSecret ? QStringLiteral("; never shown or logged") : QString()),
                6, width);
            appendWrapped(page, setting.reason, 6, width);
        }
    }
    return page;
}

QString effectiveSettings(const LoadedSettings &loaded)
{
    QString page;
    const qsizetype column = longestName() + 2;
    for (const SettingGroup &group : settingsTable()) {
        page += (page.isEmpty() ? QString() : QStringLiteral("\n")) + QStringLiteral("# %1\n").arg(group.title);
        for (const Setting &setting : group.settings) {
            const auto found = loaded.effective.find(QByteArray(setting.name.data(), setting.name.size()));
            if (found == loaded.effective.end())
                continue;
            const auto &[origin, value] = found->second;
            QString shown = QString::fromUtf8(value);
            if (origin == SettingOrigin::Default && value.isEmpty())
                shown = QStringLiteral("(%1)").arg(setting.describeFallback());
            else if (setting.isSecret)
                shown = QStringLiteral("(set, not shown)");
            page += QString(setting.name).leftJustified(column) + shown.leftJustified(40) + QStringLiteral("  # ") + originWord(origin)
                + QLatin1Char('\n');
        }
    }
    return page;
}

} // namespace aegis
