#include "server/log/Log.h"

#include <QtCore/QLoggingCategory>

namespace aegis::log {
namespace {

LogLevel levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return LogLevel::Debug;
    case QtInfoMsg:
        return LogLevel::Info;
    case QtWarningMsg:
        return LogLevel::Warning;
    case QtCriticalMsg:
    case QtFatalMsg: // Qt ends the process after this
        return LogLevel::Error;
    }
    return LogLevel::Warning;
}

void take(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    line(levelOf(type), "qt_message", {{"category", context.category != nullptr ? context.category : "default"}, {"message", message}});
}

} // namespace

void takeQtMessages()
{
    qInstallMessageHandler(take);
}

} // namespace aegis::log
