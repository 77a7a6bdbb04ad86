#include "server/config/SettingRows.h"
#include "server/config/SettingText.h"

#include <algorithm>

namespace aegis {
namespace {

using namespace setting_rows;

bool readHost(QByteArrayView value, Settings &into)
{
    const QHostAddress address(value == "localhost" ? QStringLiteral("127.0.0.1") : QString::fromLatin1(value));
    // Qt also reads `10` and `10.1` as addresses.
    const bool isWhole = value == "localhost" || value.contains(':') || value.toByteArray().count('.') == 3;
    if (address.isNull() || !isWhole)
        return false;
    into.host = address.toString();
    return true;
}

bool readTrustedProxies(QByteArrayView value, Settings &into)
{
    std::vector<Subnet> networks;
    for (const QByteArray &part : setting_text::parseList(value)) {
        const auto network = Subnet::parse(part);
        if (!network)
            return false;
        networks.push_back(*network);
    }
    into.trustedProxies = std::move(networks);
    return true;
}

bool readCorsOrigins(QByteArrayView value, Settings &into)
{
    QStringList origins;
    for (const QByteArray &part : setting_text::parseList(value)) {
        const auto origin = setting_text::parseOrigin(part);
        if (!origin)
            return false;
        origins.append(QString::fromLatin1(*origin));
    }
    into.corsOrigins = std::move(origins);
    return true;
}

QByteArray ioThreadsOn(const Machine &machine)
{
    return QByteArray::number(std::min(4, std::max(2, machine.cores / 2)));
}

} // namespace

SettingGroup networkSettings()
{
    return {
        QStringLiteral("Network"),
        {row("HOST", "127.0.0.1", QStringLiteral("an IPv4 or IPv6 address of this machine, or localhost"),
             "The address to listen on; 0.0.0.0 or :: for all. Passwords must not cross a network in the clear, so an address that "
             "others can reach needs TLS_CERT_FILE, or BEHIND_PROXY.",
             readHost),
         count("PORT", &Settings::port, "8080", 0, 65535, "The TCP port to listen on; 0 lets the kernel choose one."),
         toggle("BEHIND_PROXY", &Settings::behindProxy, "off",
                "Says that a proxy in front of this server ends TLS, so that it may listen without TLS on an address that others can reach."),
         described(
             row("TRUSTED_PROXIES", "",
                 QStringLiteral("addresses or networks with commas between, such as 10.0.0.0/8,192.168.1.7,fd00::/8, without bits behind the prefix"),
                 "Whose X-Forwarded-For and X-Forwarded-Proto are believed; Forwarded is not read at all. Nobody's by default: a client "
                 "that could choose its own address would escape every limit by address.",
                 readTrustedProxies),
             "none"),
         described(
             row("CORS_ORIGINS", "",
                 QStringLiteral("origins with commas between, such as https://app.example.org,http://localhost:3000, without paths and wildcards"),
                 "The web pages whose scripts may call this API. None by default; a wildcard is refused, because it would let every "
                 "page on the web try passwords from its visitors' addresses.",
                 readCorsOrigins),
             "none"),
         described(path("TLS_CERT_FILE", &Settings::tlsCertFile, "",
                        "The certificate chain in PEM; with it the server speaks TLS 1.2 and newer. SIGHUP reads it again."),
                   "no TLS"),
         described(path("TLS_KEY_FILE", &Settings::tlsKeyFile, "", "The certificate's private key in PEM."), "no TLS"),
         computed(
             count("IO_THREADS", &Settings::ioThreads, "", 1, 64,
                   "Threads that read and answer requests. They never wait, so half the cores are enough; the others hash and talk to the database."),
             "half the cores, 2 to 4", ioThreadsOn),
         duration("DRAIN_TIMEOUT", &Settings::drainTimeout, "10s", "0s", "10m",
                  "How long requests that are being worked on may take to finish after SIGTERM. Below the 30 s after which orchestrators kill.")}};
}

SettingGroup httpSettings()
{
    return {
        QStringLiteral("Bounds of HTTP"),
        {size("HTTP_MAX_HEAD", &Settings::httpMaxHead, "16KiB", "1KiB", "1MiB",
              "Request line and header fields together. A token and what browsers and proxies add need about 4 KiB."),
         size("HTTP_MAX_BODY", &Settings::httpMaxBody, "1MiB", "1KiB", "64MiB",
              "The longest body that any endpoint takes. Each has a bound of its own below it, 16 KiB today."),
         count("HTTP_MAX_FIELDS", &Settings::httpMaxFields, "64", 8, 1024, "The most header fields. A browser behind two proxies sends about 30."),
         duration("HTTP_HEAD_TIMEOUT", &Settings::httpHeadTimeout, "5s", "10ms", "10m",
                  "How long a request's head may take to arrive, so that nobody holds connections by sending slowly."),
         duration("HTTP_BODY_TIMEOUT", &Settings::httpBodyTimeout, "20s", "10ms", "10m",
                  "How long a request's body may take to arrive: 1 MiB over a bad mobile line."),
         duration("HTTP_IDLE_TIMEOUT", &Settings::httpIdleTimeout, "15s", "10ms", "1h",
                  "How long a connection may wait for its next request. Long enough to be used again, short enough to be given back."),
         duration("HTTP_HANDLER_TIMEOUT", &Settings::httpHandlerTimeout, "30s", "10ms", "10m",
                  "How long an answer may take to be made before the client is told to come again."),
         count("HTTP_MAX_CONNECTIONS", &Settings::httpMaxConnections, "4096", 1, 1000000,
               "Connections at a time; about 20 KiB of memory each when busy. The limit of open files must be above it."),
         count("HTTP_MAX_CONNECTIONS_PER_ADDRESS", &Settings::httpMaxConnectionsPerAddress, "256", 1, 1000000,
               "Connections at a time from one address, so that one client cannot take them all. Trusted proxies are exempt."),
         duration("IDEMPOTENCY_TTL", &Settings::idempotencyTtl, "24h", "1m", "30d",
                  "How long the answer to a request with an Idempotency-Key is kept for its repetition: a client's retries end within a day.")}};
}

} // namespace aegis
