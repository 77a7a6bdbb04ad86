#include "server/log/Log.h"

#include "server/context/RequestContext.h"
#include "server/log/LogLine.h"
#include "server/log/LogWriter.h"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>

namespace aegis::log {
namespace {

/// At the end of the process: a reader that still reads gets everything, one that has stopped holds nobody up for long.
constexpr std::chrono::seconds lastFlush(2);

QByteArray droppedLine(std::uint64_t lines);

struct Sink {
    LogWriter writer{2, droppedLine};
    std::atomic<bool> isJson{::isatty(2) == 0};
    std::atomic<bool> hasColours{::isatty(2) != 0};
};

/// Lets the writer finish before abort() ends the process. Only what signal-safety(7) allows.
void finishBeforeAbort(int);

Sink *makeSink()
{
    std::atexit([] { flush(lastFlush); });
    if (const auto before = std::signal(SIGABRT, finishBeforeAbort); before != SIG_DFL)
        std::signal(SIGABRT, before); // somebody else's
    return new Sink;                  // never destroyed: threads may still log while the process ends
}

Sink &sink()
{
    static Sink *const only = makeSink();
    return *only;
}

void finishBeforeAbort(int)
{
    const timespec pause{.tv_sec = 0, .tv_nsec = 10'000'000};
    for (int waited = 0; waited < 100 && sink().writer.isBusy(); ++waited)
        ::nanosleep(&pause, nullptr);
}

void appendLine(std::string &line, const LineParts &parts)
{
    if (sink().isJson)
        appendJsonLine(line, parts);
    else
        appendTextLine(line, parts, sink().hasColours);
}

QByteArray droppedLine(std::uint64_t lines)
{
    const std::array<Field, 1> fields{Field{"lines", lines}};
    std::string line;
    appendLine(line, {.time = systemNow(), .level = LogLevel::Warning, .event = "log_dropped", .correlation = nullptr, .fields = fields});
    return QByteArray::fromStdString(line);
}

} // namespace

void configure(const Options &options)
{
    const bool isTerminal = ::isatty(options.descriptor) != 0;
    sink().writer.redirect(options.descriptor);
    sink().isJson = options.format == LogFormat::Json || (options.format == LogFormat::Auto && !isTerminal);
    sink().hasColours = options.colours && isTerminal;
    detail::threshold = options.level;
}

bool flush(std::chrono::milliseconds time)
{
    return sink().writer.flush(time);
}

std::uint64_t dropped()
{
    return sink().writer.dropped();
}

void detail::write(LogLevel level, const char *event, const CorrelationId *correlation, std::span<const Field> fields)
{
    thread_local std::string line; // QByteArray::append() costs several times as much, and a line has fifty pieces
    line.clear();
    appendLine(line, {.time = systemNow(), .level = level, .event = event, .correlation = correlation, .fields = fields});
    sink().writer.put(QByteArrayView(line.data(), static_cast<qsizetype>(line.size())));
}

const CorrelationId &detail::correlationOf(const RequestContext &context)
{
    return context.correlationId;
}

} // namespace aegis::log
