#include "tests/integration/NpmPackages.h"

#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>

namespace aegis::test {

QString NpmPackages::install(const QStringList &packages) const
{
    for (const QString &program : {QStringLiteral("npm"), QStringLiteral("node")}) {
        if (QStandardPaths::findExecutable(program).isEmpty())
            return program + QStringLiteral(" is not installed");
    }
    const QStringList arguments{QStringLiteral("install"),
                                QStringLiteral("--no-audit"),
                                QStringLiteral("--no-fund"),
                                QStringLiteral("--ignore-scripts"),
                                QStringLiteral("--fetch-retries=0"),
                                QStringLiteral("--prefix"),
                                m_folder.path()};
    QProcess npm;
    npm.start(QStringLiteral("npm"), arguments + packages);
    if (!npm.waitForFinished(60'000) || npm.exitCode() != 0)
        return QStringLiteral("npm could not install %1: %2").arg(packages.join(u' '), QString::fromUtf8(npm.readAllStandardError().left(300)));
    return {};
}

QByteArray NpmPackages::run(const QByteArray &module, const QStringList &arguments) const
{
    QFile file(m_folder.filePath(QStringLiteral("script.mjs"))); // beside node_modules, where imports are looked for
    if (!file.open(QIODevice::WriteOnly) || file.write(module) != module.size())
        qFatal("the script cannot be written");
    file.close();
    QProcess node;
    node.start(QStringLiteral("node"), QStringList{file.fileName()} + arguments);
    if (!node.waitForFinished(30'000) || node.exitCode() != 0)
        qFatal("node: %s", node.readAllStandardError().constData());
    return node.readAllStandardOutput().trimmed();
}

} // namespace aegis::test
