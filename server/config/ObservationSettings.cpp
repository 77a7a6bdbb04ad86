#include "server/config/SettingRows.h"

namespace aegis {

using namespace setting_rows;

SettingGroup observationSettings()
{
    return {
        QStringLiteral("Observation"),
        {choice<LogLevel>("LOG_LEVEL", &Settings::logLevel, "info",
                          {{"debug", LogLevel::Debug}, {"info", LogLevel::Info}, {"warning", LogLevel::Warning}, {"error", LogLevel::Error}},
                          "The least important lines that are written. debug is for people who work on the server."),
         choice<LogFormat>("LOG_FORMAT", &Settings::logFormat, "auto",
                           {{"auto", LogFormat::Auto}, {"json", LogFormat::Json}, {"text", LogFormat::Text}},
                           "json: one object a line, for machines. text: readable. auto: text on a terminal, json elsewhere."),
         toggle("LOG_ACCESS", &Settings::logAccess, "on", "Writes a line for each request. Turn it off where a proxy in front does that already."),
         choice<MetricsAccess>(
             "METRICS_ACCESS", &Settings::metricsAccess, "loopback", {{"loopback", MetricsAccess::Loopback}, {"public", MetricsAccess::Public}},
             "Who may read /metrics. loopback: this machine, and not through a proxy, because numbers about logins are nobody else's "
             "business. public: everybody who reaches the port.")}};
}

SettingGroup auditSettings()
{
    return {
        QStringLiteral("Audit trail"),
        {toggle("AUDIT_SEALING", &Settings::auditSealing, "on",
                "Whether this server seals the events, so that `aegisd audit verify` finds what was changed. Of several one does it at a time; off "
                "is for one that must not have the key. When none does, changes are not found."),
         duration("AUDIT_SEAL_POLL", &Settings::auditSealPoll, "250ms", "20ms", "1m",
                  "How often new events are looked for and sealed together: how long one can still be changed unseen. More often costs more "
                  "signatures and rows; an idle server writes nothing."),
         described(
             secretKey("AUDIT_SIGNING_KEY", &Settings::auditSigningKey,
                       "Signs the heads of the audit trail (Ed25519). It is never in the database, whose administrator it is to hold to account. "
                       "All servers on one database need the same."),
             "made at the first start, kept in DATA_DIR"),
         described(
             secretKey("AUDIT_SIGNING_KEY_PREVIOUS", &Settings::auditSigningKeyPrevious,
                       "The key before, which signs that AUDIT_SIGNING_KEY takes its place, and nothing else. Take it away once the servers have "
                       "started with it."),
             "not set"),
         described(text("AUDIT_SIGNING_KEY_LOST", &Settings::auditSigningKeyLost, "", "the id of a key, as aegisd audit head shows it",
                        "The key that signed the audit trail and that is lost for good: another one may take its place without its word, which a "
                        "verification then finds. Without it a server with another key seals nothing."),
                   "not set")}};
}

SettingGroup laterSettings()
{
    return {QStringLiteral("Not supported yet"),
            {described(count("EVENT_RETENTION_DAYS", &Settings::eventRetentionDays, "0", 0, 36500,
                             "Not supported yet: events are kept for ever. Setting it changes nothing and is warned about."),
                       "0 (for ever)")}};
}

} // namespace aegis
