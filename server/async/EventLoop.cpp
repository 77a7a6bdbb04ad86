#include "server/async/EventLoop.h"

#include <QtCore/QMetaObject>
#include <QtCore/QObject>

namespace aegis {

EventLoop::EventLoop(std::shared_ptr<QObject> receiver) : m_receiver(std::move(receiver)) {}

EventLoop EventLoop::current()
{
    // Made once a thread; a post from elsewhere may still hold it when the thread has ended, and then does nothing.
    static thread_local const auto receiver = std::make_shared<QObject>();
    return EventLoop(receiver);
}

void EventLoop::post(std::function<void()> function) const
{
    QMetaObject::invokeMethod(m_receiver.get(), std::move(function), Qt::QueuedConnection);
}

} // namespace aegis
