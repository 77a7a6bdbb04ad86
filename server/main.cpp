// aegisd: the headless server.
#include "server/app/ServeCommand.h"

#include <QtCore/QCoreApplication>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("aegisd"));
    QCoreApplication::setApplicationVersion(QStringLiteral(AEGIS_VERSION));
    return aegis::runCommandLine(application.arguments().mid(1), aegis::processEnvironment(), aegis::serverCommands(), stdout, stderr);
}
