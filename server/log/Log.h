#pragma once

#include "server/config/Settings.h"
#include "server/log/LogValue.h"

#include <atomic>
#include <initializer_list>
#include <span>

namespace aegis {
struct RequestContext;
}

/// The log: one line for one thing that happened, on standard error. Either a JSON object (`time`, `level`, `event`,
/// `correlationId` and the fields) or readable text. Any thread, and none ever waits for who reads it: lines that the reader
/// does not take are dropped, and `log_dropped` says how many. What clients send is escaped, so a line can neither be forged
/// nor steer a terminal; a Secret as a field does not compile.
///
/// `log::warning("login_failed", ctx, {{"reason", problem.internal}, {"attempts", 3}});`
/// Event names are snake_case and never change lightly: people alert on them. E-mail addresses do not belong into it.
namespace aegis::log {

using Fields = std::initializer_list<Field>;

struct Options {
    LogLevel level = LogLevel::Info;
    LogFormat format = LogFormat::Auto; ///< Auto: text on a terminal, else JSON
    int descriptor = 2;                 ///< where to; it is not closed
    bool colours = true;                ///< in the text form, and only on a terminal
};

/// Takes effect for all lines from now on. Before the first call it is as by `Options()`.
void configure(const Options &options);

/// Waits until what was logged so far is written, at most for this time; whether it is. The end of the process and abort()
/// do so by themselves.
bool flush(std::chrono::milliseconds time);

/// Lines that nobody took, since the start.
std::uint64_t dropped();

/// Sends Qt's own messages (qWarning() and the like) through this log, as event `qt_message`.
void takeQtMessages();

namespace detail {

inline std::atomic<LogLevel> threshold{LogLevel::Info};

void write(LogLevel level, const char *event, const CorrelationId *correlation, std::span<const Field> fields);
const CorrelationId &correlationOf(const RequestContext &context);
inline const CorrelationId &correlationOf(const CorrelationId &id)
{
    return id;
}

template <class T>
concept Correlated = std::same_as<T, RequestContext> || std::same_as<T, CorrelationId>;

} // namespace detail

/// Whether lines of that level are written, for callers that would have to compute fields first.
inline bool isOn(LogLevel level)
{
    return level >= detail::threshold.load(std::memory_order_relaxed);
}

inline void line(LogLevel level, const char *event, Fields fields = {})
{
    if (isOn(level))
        detail::write(level, event, nullptr, {fields.begin(), fields.size()});
}
template <detail::Correlated T> void line(LogLevel level, const char *event, const T &correlated, Fields fields = {})
{
    if (isOn(level))
        detail::write(level, event, &detail::correlationOf(correlated), {fields.begin(), fields.size()});
}

/// For lines whose fields are not the same each time.
template <detail::Correlated T> void lineOf(LogLevel level, const char *event, const T &correlated, std::span<const Field> fields)
{
    if (isOn(level))
        detail::write(level, event, &detail::correlationOf(correlated), fields);
}

/// For the people who work on the server.
inline void debug(const char *event, Fields fields = {})
{
    line(LogLevel::Debug, event, fields);
}
template <detail::Correlated T> void debug(const char *event, const T &correlated, Fields fields = {})
{
    line(LogLevel::Debug, event, correlated, fields);
}
/// What happens in a day's work.
inline void info(const char *event, Fields fields = {})
{
    line(LogLevel::Info, event, fields);
}
template <detail::Correlated T> void info(const char *event, const T &correlated, Fields fields = {})
{
    line(LogLevel::Info, event, correlated, fields);
}
/// Something that somebody should look at one day.
inline void warning(const char *event, Fields fields = {})
{
    line(LogLevel::Warning, event, fields);
}
template <detail::Correlated T> void warning(const char *event, const T &correlated, Fields fields = {})
{
    line(LogLevel::Warning, event, correlated, fields);
}
/// Something that somebody should look at now.
inline void error(const char *event, Fields fields = {})
{
    line(LogLevel::Error, event, fields);
}
template <detail::Correlated T> void error(const char *event, const T &correlated, Fields fields = {})
{
    line(LogLevel::Error, event, correlated, fields);
}

} // namespace aegis::log
