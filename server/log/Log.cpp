#include "server/log/Log.h"

#include "server/context/RequestContext.h"
#include "server/log/LogLine.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

namespace aegis::log {
namespace {

struct Sink {
    std::mutex mutex; ///< lines longer than a pipe takes at once must not mix
    std::atomic<int> descriptor{2};
    std::atomic<bool> isJson{::isatty(2) == 0};
    std::atomic<bool> hasColours{::isatty(2) != 0};
};

Sink &sink()
{
    static Sink *const only = new Sink; // never destroyed: threads may still log while the process ends
    return *only;
}

/// One write() unless the reader is slow. After a second without room the line is lost: a log that nobody reads must not
/// stop the server.
void writeLine(int descriptor, QByteArrayView line)
{
    while (!line.isEmpty()) {
        const ssize_t written = ::write(descriptor, line.data(), static_cast<std::size_t>(line.size()));
        if (written >= 0) {
            line = line.sliced(written);
        } else if (errno == EAGAIN) {
            pollfd room{.fd = descriptor, .events = POLLOUT, .revents = 0};
            if (::poll(&room, 1, 1000) <= 0)
                return;
        } else if (errno != EINTR) {
            return;
        }
    }
}

} // namespace

void configure(const Options &options)
{
    const bool isTerminal = ::isatty(options.descriptor) != 0;
    sink().descriptor = options.descriptor;
    sink().isJson = options.format == LogFormat::Json || (options.format == LogFormat::Auto && !isTerminal);
    sink().hasColours = options.colours && isTerminal;
    detail::threshold = options.level;
}

void detail::write(LogLevel level, const char *event, const CorrelationId *correlation, std::span<const Field> fields)
{
    Sink &to = sink();
    const LineParts parts{.time = systemNow(), .level = level, .event = event, .correlation = correlation, .fields = fields};
    thread_local QByteArray line;
    line.resize(0); // keeps what was reserved
    if (to.isJson)
        appendJsonLine(line, parts);
    else
        appendTextLine(line, parts, to.hasColours);

    const std::lock_guard lock(to.mutex);
    writeLine(to.descriptor, line);
}

const CorrelationId &detail::correlationOf(const RequestContext &context)
{
    return context.correlationId;
}

} // namespace aegis::log
