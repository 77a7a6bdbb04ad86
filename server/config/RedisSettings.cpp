#include "server/config/SettingRows.h"

#include <algorithm>

namespace aegis {
namespace {

using namespace setting_rows;

/// Letters, digits and `-_.` alone: what nobody has to quote, and what no pattern of Redis reads as another.
bool readPrefix(QByteArrayView value, Settings &into)
{
    const bool isPlain = value.size() <= 64 && std::all_of(value.begin(), value.end(), [](char c) {
                             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                         });
    if (isPlain)
        into.redisPrefix = QString::fromLatin1(value);
    return isPlain;
}

} // namespace

SettingGroup redisSettings()
{
    return {
        QStringLiteral("Redis"),
        {described(text("REDIS_HOST", &Settings::redisHost, "", "text of at most 512 printable characters",
                        "A Redis 6 or newer through which several instances share their limits and tell each other of revocations. One instance "
                        "needs none. It holds nothing that must not be lost: while it is away each instance counts for itself."),
                   "none"),
         count("REDIS_PORT", &Settings::redisPort, "6379", 1, 65535, "Its TCP port."),
         described(text("REDIS_USER", &Settings::redisUser, "", "text of at most 512 printable characters", "The user of its access list (ACL)."),
                   "the default user"),
         described(password("REDIS_PASSWORD", &Settings::redisPassword, "The password of that user."), "none"),
         toggle("REDIS_TLS", &Settings::redisTls, "off",
                "Speaks TLS with it, and believes only a certificate for REDIS_HOST. Off, because a Redis on this machine has none."),
         described(path("REDIS_TLS_CA_FILE", &Settings::redisTlsCaFile, "", "The certificates, in PEM, of who may vouch for it."), "the system's"),
         row("REDIS_PREFIX", "aegis", QStringLiteral("1 to 64 of a-z, A-Z, 0-9, hyphen, dot and underscore"),
             "What its keys and its channel begin with, so that two installations can use one Redis.", readPrefix),
         duration("REDIS_TIMEOUT", &Settings::redisTimeout, "200ms", "10ms", "10s",
                  "How long it may take to answer. It needs less than a millisecond; a request waits no longer than this for one that hangs.")}};
}

} // namespace aegis
