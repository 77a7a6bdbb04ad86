#pragma once

#include <QtCore/QByteArray>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace aegis::log {

/// Takes lines from any thread and writes them in a thread of its own, so that nobody ever waits for who reads them. What
/// waits to be written is bounded: when the reader is slower for longer than that, lines are dropped and counted, and how
/// many they were is written as soon as there is room again. Never destroyed: threads may log while the process ends.
class LogWriter {
public:
    /// Bytes that may wait; as many again may be under way. Some ten thousand lines.
    static constexpr qsizetype capacity = 4 << 20;
    /// For how long a line waits for company: waking a thread for each line would cost more than making the line.
    static constexpr std::chrono::milliseconds gathering{2};

    /// Makes the line that says how many were dropped.
    using DroppedLine = QByteArray (*)(std::uint64_t lines);

    LogWriter(int descriptor, DroppedLine droppedLine) : m_droppedLine(droppedLine), m_descriptor(descriptor) {}
    LogWriter(const LogWriter &) = delete;
    LogWriter &operator=(const LogWriter &) = delete;

    /// One line with its line feed. Any thread; copies and returns.
    void put(QByteArrayView line);

    /// Waits until all is written that was put before, but not longer than this; whether it is.
    bool flush(std::chrono::milliseconds time);

    /// Flushes, then writes to that descriptor, which is not closed.
    void redirect(int descriptor);

    /// Lines that were lost since the start.
    std::uint64_t dropped() const { return m_allDropped; }

    /// For a signal handler: whether something has not been written yet.
    bool isBusy() const { return m_done.load() < m_taken.load(); }

private:
    static constexpr qsizetype enough = capacity / 8; ///< bytes that are not made to wait for more

    void start();
    void run();
    bool write(int descriptor, QByteArrayView text) const;

    const DroppedLine m_droppedLine;
    std::once_flag m_started;
    std::atomic<int> m_descriptor;
    std::atomic<std::uint64_t> m_taken{0}; ///< lines
    std::atomic<std::uint64_t> m_done{0};  ///< lines, written or lost
    std::atomic<std::uint64_t> m_allDropped{0};

    std::mutex m_mutex; ///< held for no longer than a copy takes
    std::condition_variable m_more;
    std::condition_variable m_written;
    QByteArray m_waiting;             ///< under the mutex
    std::uint64_t m_waitingLines = 0; ///< under the mutex
    std::uint64_t m_dropped = 0;      ///< under the mutex: not told yet
    int m_flushing = 0;               ///< under the mutex: threads in flush()
};

} // namespace aegis::log
