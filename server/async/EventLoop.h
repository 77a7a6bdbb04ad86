#pragma once

#include <functional>
#include <memory>

class QObject;

namespace aegis {

/// A way back to the event loop of one thread. Cheap to copy; may be used from any thread.
class EventLoop {
public:
    /// The event loop of the calling thread, which must run one (or will).
    static EventLoop current();

    /// Runs the function on that thread, later, in the order of the calls. After that thread has ended nothing happens.
    void post(std::function<void()> function) const;

private:
    explicit EventLoop(std::shared_ptr<QObject> receiver);

    std::shared_ptr<QObject> m_receiver;
};

} // namespace aegis
