#pragma once

#include <QtCore/QSocketNotifier>

#include <array>
#include <functional>
#include <memory>

namespace aegis {

/// Brings the signals of the process into the event loop of the thread that made this: there may be one at a time.
/// SIGPIPE is ignored from then on. The handlers before come back when it goes.
class Signals {
public:
    struct Handlers {
        std::function<void(int signal)> stop; ///< SIGTERM or SIGINT; again for each further one
        std::function<void()> reload;         ///< SIGHUP
    };

    explicit Signals(Handlers handlers);
    ~Signals();
    Signals(const Signals &) = delete;
    Signals &operator=(const Signals &) = delete;

private:
    void deliver();

    Handlers m_handlers;
    std::array<int, 2> m_pipe{-1, -1};
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace aegis
