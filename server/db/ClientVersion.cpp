#include "server/db/ClientVersion.h"

#include <libpq-fe.h>

namespace aegis {

QString postgresClientVersion()
{
    const int number = PQlibVersion(); // 150020 is 15.20: since version 10 the last four digits are the minor version
    return QStringLiteral("%1.%2").arg(number / 10000).arg(number % 10000);
}

} // namespace aegis
