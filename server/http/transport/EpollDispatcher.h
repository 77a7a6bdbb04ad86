#pragma once

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QHash>
#include <QtCore/QList>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace aegis::http {

/// An event loop on epoll(7) for the I/O threads. Qt's own call poll(2) with every descriptor on each turn, so that each
/// request grows dearer with the number of idle connections (4,000 of them: 5 to 20 times); here it does not.
/// Made for a thread before that starts (QThread::setEventDispatcher). Only wakeUp() and interrupt() may be called from
/// other threads, as with every dispatcher. Timers are few here, so they stand in a plain list.
class EpollDispatcher : public QAbstractEventDispatcher {
public:
    EpollDispatcher();
    ~EpollDispatcher() override;
    Q_DISABLE_COPY_MOVE(EpollDispatcher)

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;
    void registerSocketNotifier(QSocketNotifier *notifier) override;
    void unregisterSocketNotifier(QSocketNotifier *notifier) override;
    void registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject *object) override;
    bool unregisterTimer(int timerId) override;
    bool unregisterTimers(QObject *object) override;
    QList<TimerInfo> registeredTimers(QObject *object) const override;
    int remainingTime(int timerId) override;
    void wakeUp() override;
    void interrupt() override;

private:
    using Clock = std::chrono::steady_clock;

    struct Descriptor {
        std::array<QSocketNotifier *, 3> notifiers{}; ///< by QSocketNotifier::Type: read, write, exception
        quint32 active = 0;                           ///< what the kernel watches for at present

        quint32 wanted() const;
    };
    struct Timer {
        int id;
        std::chrono::milliseconds interval;
        Qt::TimerType type;
        QObject *object;
        Clock::time_point due;
    };

    void applyChanges();
    int timeout(QEventLoop::ProcessEventsFlags flags) const;
    bool activate(int descriptor, quint32 ready);
    bool fireTimers();

    const int m_epoll;
    const int m_event; ///< eventfd(2) with which other threads end the wait
    std::atomic<bool> m_woken = false;
    std::atomic<bool> m_interrupted = false;
    std::atomic<std::thread::id> m_thread; ///< the thread that runs the loop
    bool m_wokenHere = false;              ///< the same as m_woken by the loop's own thread, which needs no descriptor for it
    QHash<int, Descriptor> m_descriptors;
    QList<int> m_changed;
    std::vector<Timer> m_timers;
};

} // namespace aegis::http
