#pragma once

#include "server/db/DatabaseSession.h"

#include <QtCore/QJsonObject>
#include <QtCore/QLatin1String>

#include <functional>

namespace aegis {

/// What a run of a job has done, as numbers by name.
class JobCounts {
public:
    /// Something that it has changed.
    void add(const char *what, qint64 count)
    {
        m_counts.insert(QLatin1String(what), m_counts.value(QLatin1String(what)).toInteger() + count);
        m_hasChanged = m_hasChanged || count > 0;
    }
    /// Something that it has seen and left as it was.
    void note(const char *what, qint64 count) { m_counts.insert(QLatin1String(what), count); }

    bool hasChanged() const { return m_hasChanged; }
    const QJsonObject &json() const { return m_counts; }

private:
    QJsonObject m_counts;
    bool m_hasChanged = false;
};

/// What a job is handed for one run. The thread of the run.
struct JobContext {
    DatabaseSession &session;
    Instant now{}; ///< when the run began: what has expired by then is meant
    /// To be called between two transactions, which should take well under a second each. A problem says that the run is to end: the
    /// server stops, or the run has been taken for dead and another instance has begun one. It also tells that the run lives.
    std::function<Result<void>()> goOn;
};

/// One kind of work that is done by a schedule, by one instance at a time. It is done in small transactions, may be ended between any
/// two, by a kill as well, and then does the rest the next time. It must bear being done twice at once.
struct Job {
    QLatin1String name;        ///< stable: the key of its row, and a label of metrics
    QLatin1String schedule;    ///< a cron expression, for as long as no operator says otherwise
    QLatin1String description; ///< a sentence for operators
    std::function<Result<JobCounts>(const JobContext &)> run;
};

} // namespace aegis
