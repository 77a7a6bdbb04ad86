#include "server/log/LogWriter.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <system_error>
#include <thread>

namespace aegis::log {
namespace {

/// What may be written at once. At most what a pipe takes as one piece, so that it does not mix with what others write to it,
/// and whole lines where they are shorter than that.
QByteArrayView nextPiece(QByteArrayView text)
{
    if (text.size() <= PIPE_BUF)
        return text;
    const qsizetype lineEnd = text.first(PIPE_BUF).lastIndexOf('\n');
    return text.first(lineEnd >= 0 ? lineEnd + 1 : PIPE_BUF);
}

} // namespace

void LogWriter::put(QByteArrayView line)
{
    std::call_once(m_started, [this] { start(); });
    const std::lock_guard lock(m_mutex);
    if (m_waiting.size() + line.size() > capacity) {
        ++m_dropped;
        ++m_allDropped;
        return;
    }
    m_waiting.append(line);
    ++m_waitingLines;
    ++m_taken;
    if (m_waitingLines == 1 || (m_waiting.size() >= enough && m_waiting.size() - line.size() < enough))
        m_more.notify_one();
}

bool LogWriter::flush(std::chrono::milliseconds time)
{
    std::unique_lock lock(m_mutex);
    const std::uint64_t until = m_taken;
    ++m_flushing;
    m_more.notify_one();
    const bool isWritten = m_written.wait_for(lock, time, [&] { return m_done >= until; });
    --m_flushing;
    return isWritten;
}

void LogWriter::redirect(int descriptor)
{
    flush(std::chrono::seconds(1));
    m_descriptor = descriptor;
}

void LogWriter::start()
{
    // Signals belong to the other threads; and a reader that has gone is an error of write() here, not the end of the process.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([this] { run(); }).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void LogWriter::run()
{
    QByteArray batch;
    for (;;) {
        std::uint64_t lines = 0;
        std::uint64_t dropped = 0;
        {
            std::unique_lock lock(m_mutex);
            m_more.wait(lock, [this] { return m_waitingLines > 0; });
            m_more.wait_for(lock, gathering, [this] { return m_flushing > 0 || m_waiting.size() >= enough; });
            batch.resize(0); // keeps what was reserved
            batch.swap(m_waiting);
            lines = std::exchange(m_waitingLines, 0);
            dropped = std::exchange(m_dropped, 0);
        }
        const int descriptor = m_descriptor;
        const bool isWritten = write(descriptor, batch);
        if (dropped > 0 && !(isWritten && write(descriptor, m_droppedLine(dropped)))) {
            const std::lock_guard lock(m_mutex);
            m_dropped += dropped; // is told another time
        }
        const std::lock_guard lock(m_mutex);
        if (!isWritten) {
            m_dropped += lines;
            m_allDropped += lines;
        }
        m_done += lines;
        m_written.notify_all();
    }
}

/// Waits for room as long as it takes: a descriptor that blocks is only written to when it has some.
bool LogWriter::write(int descriptor, QByteArrayView text) const
{
    while (!text.isEmpty()) {
        pollfd room{.fd = descriptor, .events = POLLOUT, .revents = 0};
        if (::poll(&room, 1, -1) < 0 && errno != EINTR)
            return false;
        const QByteArrayView piece = nextPiece(text);
        const ssize_t written = ::write(descriptor, piece.data(), static_cast<std::size_t>(piece.size()));
        if (written >= 0)
            text = text.sliced(written);
        else if (errno != EAGAIN && errno != EINTR)
            return false;
    }
    return true;
}

} // namespace aegis::log
