#include "server/cli/Signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace aegis {
namespace {

constexpr std::array caught{SIGTERM, SIGINT, SIGHUP};

std::atomic<int> pipeEnd{-1};
std::array<struct sigaction, caught.size()> before;
struct sigaction pipeBefore;

/// Only what a signal handler may do (signal-safety(7)): the number goes into the pipe; a full one has enough of them.
void handle(int signal)
{
    const int saved = errno;
    const auto number = static_cast<unsigned char>(signal);
    [[maybe_unused]] const ssize_t written = ::write(pipeEnd.load(), &number, 1);
    errno = saved;
}

} // namespace

Signals::Signals(Handlers handlers) : m_handlers(std::move(handlers))
{
    if (pipeEnd != -1 || ::pipe2(m_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        throw std::logic_error("signals are caught once in a process");
    pipeEnd = m_pipe[1];
    m_notifier = std::make_unique<QSocketNotifier>(m_pipe[0], QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { deliver(); });

    struct sigaction action {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < caught.size(); ++i)
        ::sigaction(caught[i], &action, &before[i]);
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &pipeBefore);
}

Signals::~Signals()
{
    for (std::size_t i = 0; i < caught.size(); ++i)
        ::sigaction(caught[i], &before[i], nullptr);
    ::sigaction(SIGPIPE, &pipeBefore, nullptr);
    pipeEnd = -1;
    m_notifier.reset();
    ::close(m_pipe[0]);
    ::close(m_pipe[1]);
}

void Signals::deliver()
{
    std::array<unsigned char, 64> numbers{};
    const ssize_t count = ::read(m_pipe[0], numbers.data(), numbers.size());
    for (ssize_t i = 0; i < count; ++i) {
        const int signal = numbers[static_cast<std::size_t>(i)];
        if (signal == SIGHUP && m_handlers.reload)
            m_handlers.reload();
        else if (signal != SIGHUP && m_handlers.stop)
            m_handlers.stop(signal);
    }
}

} // namespace aegis
