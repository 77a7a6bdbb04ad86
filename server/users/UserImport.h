#pragma once

#include "server/context/RequestContext.h"
#include "server/db/DatabaseSession.h"
#include "server/users/ImportLines.h"
#include "server/users/ImportRecord.h"
#include "server/users/ImportStore.h"

#include <QtCore/QHash>
#include <QtCore/QJsonArray>

#include <functional>

namespace aegis {

/// Brings people from a file into the database, with the password hashes that they have. A line that is wrong is told by its
/// number and passed over; an address that has an account is left as it is, so the same file may be imported again after it
/// was broken off, at any moment: each transaction stores a batch of people whole or not at all.
class UserImport {
public:
    struct Options {
        int batch = 500; ///< people a transaction
        std::function<Instant()> clock = systemNow;
        /// Told what is wrong with a line: nothing of the line itself.
        std::function<void(qint64 number, const QString &what)> onBadLine = [](auto, const auto &) {};
        /// Told after each batch.
        std::function<void(const UserImport &)> onProgress = [](const auto &) {};
    };
    struct Counts {
        qint64 imported = 0;
        qint64 present = 0; ///< had an account before
        qint64 bad = 0;     ///< lines
    };

    UserImport(DatabaseSession &session, Options options) :
        m_session(session), m_options(std::move(options)), m_context(RequestContext::forSystem(m_options.clock()))
    {
    }

    /// To the end of the file. A problem of the file's columns, or of the database: what was stored until then stays.
    Result<void> run(QIODevice &file);

    const Counts &counts() const { return m_counts; }
    qint64 position() const { return m_position; } ///< in the file, in bytes

private:
    using Place = std::optional<ImportStore::Place>;

    void tellBad(qint64 number, const Problem &problem);
    Result<void> take(const ImportLine &line, const ImportRecord &record);
    Result<Place> placeOf(const QString &slug, const QString &role);
    QJsonObject personRow(const ImportRecord &record, const Place &place) const;
    Result<void> store();

    DatabaseSession &m_session;
    const Options m_options;
    RequestContext m_context;
    Counts m_counts;
    qint64 m_position = 0;
    QJsonArray m_people;            ///< that are to be stored
    QHash<QString, Place> m_places; ///< by slug and role
};

} // namespace aegis
