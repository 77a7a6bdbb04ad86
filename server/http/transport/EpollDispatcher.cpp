#include "server/http/transport/EpollDispatcher.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtCore/QPointer>
#include <QtCore/QSocketNotifier>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace aegis::http {
namespace {

using Milliseconds = std::chrono::milliseconds;

/// The events that make each type of notifier fire: an error or a hang-up shows in the next read or write.
constexpr std::array<quint32, 3> firingEvents{EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR, EPOLLOUT | EPOLLHUP | EPOLLERR, EPOLLPRI};

int control(int epoll, int operation, int descriptor, quint32 events)
{
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    return ::epoll_ctl(epoll, operation, descriptor, &event);
}

} // namespace

quint32 EpollDispatcher::Descriptor::wanted() const
{
    return (notifiers[0] ? EPOLLIN : 0U) | (notifiers[1] ? EPOLLOUT : 0U) | (notifiers[2] ? EPOLLPRI : 0U);
}

EpollDispatcher::EpollDispatcher() : m_epoll(::epoll_create1(EPOLL_CLOEXEC)), m_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (m_epoll < 0 || m_event < 0 || control(m_epoll, EPOLL_CTL_ADD, m_event, EPOLLIN) != 0)
        qFatal("an epoll event loop cannot be made: no descriptors left");
}

EpollDispatcher::~EpollDispatcher()
{
    ::close(m_epoll);
    ::close(m_event);
}

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    if (m_thread.load(std::memory_order_relaxed) != std::this_thread::get_id())
        m_thread = std::this_thread::get_id();
    m_interrupted = false;
    m_wokenHere = false;
    Q_EMIT awake();
    QCoreApplication::sendPostedEvents();
    if (m_interrupted)
        return true;

    const int wait = timeout(flags);
    if (wait != 0)
        Q_EMIT aboutToBlock();
    applyChanges();
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), wait);
    if (wait != 0)
        Q_EMIT awake();

    bool did = false;
    for (int i = 0; i < count; ++i) {
        const epoll_event &event = events[static_cast<std::size_t>(i)];
        if (event.data.fd == m_event) {
            quint64 wakeUps = 0;
            if (::read(m_event, &wakeUps, sizeof wakeUps) == sizeof wakeUps)
                m_woken = false;
            did = true;
        } else if (!(flags & QEventLoop::ExcludeSocketNotifiers)) {
            did |= activate(event.data.fd, event.events);
        }
    }
    did |= fireTimers();
    return did || count > 0;
}

int EpollDispatcher::timeout(QEventLoop::ProcessEventsFlags flags) const
{
    if (!(flags & QEventLoop::WaitForMoreEvents) || m_wokenHere)
        return 0;
    if (m_timers.empty())
        return -1;
    Clock::time_point first = Clock::time_point::max();
    for (const Timer &timer : m_timers)
        first = std::min(first, timer.due);
    const auto left = std::chrono::ceil<Milliseconds>(first - Clock::now()).count();
    return static_cast<int>(std::clamp<qint64>(left, 0, 3'600'000));
}

/// Changes are folded: a write notifier that is enabled and disabled within one turn costs no system call.
void EpollDispatcher::applyChanges()
{
    for (const int descriptor : std::as_const(m_changed)) {
        const auto found = m_descriptors.find(descriptor);
        if (found == m_descriptors.end())
            continue;
        const quint32 wanted = found->wanted();
        if (wanted == found->active)
            continue;
        const int operation = found->active == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        if (control(m_epoll, operation, descriptor, wanted) != 0) // the number belongs to another file than it did
            control(m_epoll, operation == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, wanted);
        found->active = wanted;
    }
    m_changed.clear();
}

bool EpollDispatcher::activate(int descriptor, quint32 ready)
{
    bool did = false;
    for (std::size_t type = 0; type < firingEvents.size(); ++type) {
        const auto found = m_descriptors.constFind(descriptor); // each time anew: a notifier may end another
        if (found == m_descriptors.constEnd())
            break;
        if (QSocketNotifier *notifier = found->notifiers[type]; notifier && (ready & firingEvents[type])) {
            QEvent event(QEvent::SockAct);
            QCoreApplication::sendEvent(notifier, &event);
            did = true;
        }
    }
    return did;
}

bool EpollDispatcher::fireTimers()
{
    if (m_timers.empty())
        return false;
    const Clock::time_point now = Clock::now();
    std::vector<int> due;
    for (const Timer &timer : m_timers) {
        if (timer.due <= now)
            due.push_back(timer.id);
    }
    for (const int id : due) {
        const auto timer = std::find_if(m_timers.begin(), m_timers.end(), [id](const Timer &each) { return each.id == id; });
        if (timer == m_timers.end())
            continue; // ended by an earlier one
        timer->due = now + timer->interval;
        QTimerEvent event(id);
        QCoreApplication::sendEvent(timer->object, &event);
    }
    return !due.empty();
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier *notifier)
{
    const int descriptor = static_cast<int>(notifier->socket());
    m_descriptors[descriptor].notifiers[notifier->type()] = notifier;
    m_changed.append(descriptor);
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier *notifier)
{
    const int descriptor = static_cast<int>(notifier->socket());
    const auto found = m_descriptors.find(descriptor);
    if (found == m_descriptors.end() || found->notifiers[notifier->type()] != notifier)
        return;
    found->notifiers[notifier->type()] = nullptr;
    if (found->wanted() != 0) {
        m_changed.append(descriptor);
        return;
    }
    if (found->active != 0) // at once: what comes next is that the descriptor is closed
        control(m_epoll, EPOLL_CTL_DEL, descriptor, 0);
    m_descriptors.erase(found);
}

void EpollDispatcher::registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject *object)
{
    m_timers.push_back({timerId, Milliseconds(interval), timerType, object, Clock::now() + Milliseconds(interval)});
}

bool EpollDispatcher::unregisterTimer(int timerId)
{
    return std::erase_if(m_timers, [timerId](const Timer &timer) { return timer.id == timerId; }) > 0;
}

bool EpollDispatcher::unregisterTimers(QObject *object)
{
    return std::erase_if(m_timers, [object](const Timer &timer) { return timer.object == object; }) > 0;
}

QList<QAbstractEventDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject *object) const
{
    QList<TimerInfo> found;
    for (const Timer &timer : m_timers) {
        if (timer.object == object)
            found.append(TimerInfo(timer.id, static_cast<int>(timer.interval.count()), timer.type));
    }
    return found;
}

int EpollDispatcher::remainingTime(int timerId)
{
    for (const Timer &timer : m_timers) {
        if (timer.id == timerId)
            return static_cast<int>(std::max<qint64>(0, std::chrono::ceil<Milliseconds>(timer.due - Clock::now()).count()));
    }
    return -1;
}

void EpollDispatcher::wakeUp()
{
    if (std::this_thread::get_id() == m_thread.load(std::memory_order_relaxed)) {
        m_wokenHere = true;
        return;
    }
    const quint64 one = 1;
    if (!m_woken.exchange(true) && ::write(m_event, &one, sizeof one) != sizeof one)
        m_woken = false; // a full counter wakes as well
}

void EpollDispatcher::interrupt()
{
    m_interrupted = true;
    wakeUp();
}

} // namespace aegis::http
