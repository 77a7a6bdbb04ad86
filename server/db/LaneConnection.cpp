#include "server/db/LaneConnection.h"

namespace aegis {

Task<Result<void>> LaneConnection::open(WorkerPool &openers, DatabaseLink &link, const ConnectionString &target,
                                        const DatabaseSessionSettings &settings, Deadline deadline)
{
    close();
    CO_TRY(m_connection, co_await openers.run<std::unique_ptr<Connection>>([&](int) { return link.open(target, settings); }, deadline));
    m_readable = watch(QSocketNotifier::Read);
    co_return Result<void>();
}

void LaneConnection::close()
{
    // It may be one of these two that brought us here.
    for (auto *const notifier : {&m_readable, &m_writable}) {
        if (*notifier) {
            (*notifier)->setEnabled(false);
            notifier->release()->deleteLater();
        }
    }
    m_connection.reset();
}

std::unique_ptr<QSocketNotifier> LaneConnection::watch(QSocketNotifier::Type type)
{
    auto notifier = std::make_unique<QSocketNotifier>(m_connection->descriptor(), type);
    QObject::connect(notifier.get(), &QSocketNotifier::activated, notifier.get(), [this] { onReady(); });
    return notifier;
}

/// Whether it has ended already.
bool LaneConnection::begin(std::span<const Command> commands)
{
    m_connection->begin(commands);
    return proceed();
}

bool LaneConnection::proceed()
{
    const Connection::Wants wants = m_connection->proceed();
    const bool wantsToWrite = wants == Connection::Wants::ReadOrWrite;
    if (wantsToWrite && !m_writable)
        m_writable = watch(QSocketNotifier::Write);
    if (m_writable && m_writable->isEnabled() != wantsToWrite)
        m_writable->setEnabled(wantsToWrite);
    return wants == Connection::Wants::Nothing;
}

void LaneConnection::onReady()
{
    if (!m_awaiting) {
        if (!isUsable())
            close();
    } else if (proceed()) {
        std::exchange(m_awaiting, nullptr).resume();
    }
}

void LaneConnection::lookAtTheTime(std::chrono::steady_clock::time_point now)
{
    if (!m_awaiting || now < m_connection->deadline())
        return;
    m_connection->giveUp();
    onReady();
}

} // namespace aegis
