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

SettingGroup laterSettings()
{
    return {QStringLiteral("Not supported yet"),
            {described(count("EVENT_RETENTION_DAYS", &Settings::eventRetentionDays, "0", 0, 36500,
                             "Not supported yet: events are kept for ever. Setting it changes nothing and is warned about."),
                       "0 (for ever)")}};
}

} // namespace aegis
