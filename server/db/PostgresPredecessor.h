#pragma once

#include "shared/result/Result.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <sys/types.h>

#include <functional>

namespace aegis {

/// A process, told apart from a later one that is given the same number by when it began.
struct ProcessMark {
    pid_t id = 0;
    quint64 begun = 0; ///< clock ticks since the machine was started (proc(5), field 22 of stat)

    /// That of a process that runs; {0, 0} when there is none of that number.
    static ProcessMark of(pid_t id);
    /// Reads text(); {0, 0} when it is none.
    static ProcessMark parse(const QByteArray &text);
    QByteArray text() const { return "postgres " + QByteArray::number(id) + ' ' + QByteArray::number(begun); }

    friend bool operator==(const ProcessMark &, const ProcessMark &) = default;
};

/// The PostgreSQL that works in a cluster's directory before ours is started: one that an aegisd which was killed has left,
/// or one that the administrator has started by hand (to restore a dump, say) and that is not ours to end.
class PostgresPredecessor {
public:
    using Tell = std::function<void(const QString &)>;

    /// `data`: the cluster's directory; `account`: whose processes may be meant; `recorded`: the server that the last aegisd
    /// started here, as far as it came to write that down.
    PostgresPredecessor(QString data, uid_t account, ProcessMark recorded) : m_data(std::move(data)), m_account(account), m_recorded(recorded) {}

    /// Waits until none runs. The recorded one is about to end with its aegisd and is asked to after a while (SIGINT), and
    /// `tell` gets a sentence; for any other the start is refused. It blocks, for a quarter of a minute at most.
    Result<void> waitForEnd(const std::function<QList<QByteArray>()> &pidFile, const Tell &tell) const;

private:
    const QString m_data;
    const uid_t m_account;
    const ProcessMark m_recorded;
};

} // namespace aegis
