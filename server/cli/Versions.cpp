#include "server/cli/Versions.h"

#include <libpq-fe.h>
#include <openssl/crypto.h>
#include <sodium/version.h>

namespace aegis {
namespace {

/// 150020 is 15.20: since version 10 the last four digits are the minor version.
QString postgresVersion(int number)
{
    return QStringLiteral("%1.%2").arg(number / 10000).arg(number % 10000);
}

} // namespace

QString versions()
{
    return QStringLiteral("aegisd %1\nQt %2 (built with %3)\nPostgreSQL client %4\nOpenSSL %5\nlibsodium %6\n")
        .arg(QLatin1String(AEGIS_VERSION), QLatin1String(qVersion()), QLatin1String(QT_VERSION_STR), postgresVersion(PQlibVersion()),
             QLatin1String(OpenSSL_version(OPENSSL_VERSION_STRING)), QLatin1String(sodium_version_string()));
}

} // namespace aegis
