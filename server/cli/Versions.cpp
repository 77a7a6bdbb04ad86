#include "server/cli/Versions.h"

#include "server/db/ClientVersion.h"

#include <openssl/crypto.h>
#include <sodium/version.h>

namespace aegis {

QString versions()
{
    return QStringLiteral("aegisd %1\nQt %2 (built with %3)\nPostgreSQL client %4\nOpenSSL %5\nlibsodium %6\n")
        .arg(QLatin1String(AEGIS_VERSION), QLatin1String(qVersion()), QLatin1String(QT_VERSION_STR), postgresClientVersion(),
             QLatin1String(OpenSSL_version(OPENSSL_VERSION_STRING)), QLatin1String(sodium_version_string()));
}

} // namespace aegis
