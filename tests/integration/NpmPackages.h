#pragma once

#include <QtCore/QStringList>
#include <QtCore/QTemporaryDir>

namespace aegis::test {

/// Packages of the npm registry in a folder of their own. They are not among the packages of .dev/packages, and a machine may have
/// no way to the registry.
class NpmPackages {
public:
    /// Empty: they are there; else why not.
    QString install(const QStringList &packages) const;
    /// What the script, an ES module, says on standard output; it has to succeed. The arguments begin at `process.argv[2]`.
    QByteArray run(const QByteArray &module, const QStringList &arguments) const;

private:
    const QTemporaryDir m_folder;
};

} // namespace aegis::test
