#include "server/app/ImportCommand.h"

#include "server/app/Storage.h"
#include "server/cli/Commands.h"
#include "server/events/EventPartitionStore.h"
#include "server/users/UserImport.h"

#include <QtCore/QFile>

#include <cstdio>

namespace aegis {
namespace {

constexpr std::chrono::seconds betweenLines(2);

QByteArray summary(const UserImport::Counts &counts)
{
    return QStringLiteral("%1 imported, %2 had an account already, %3 bad lines").arg(counts.imported).arg(counts.present).arg(counts.bad).toUtf8();
}

int fail(const Problem &problem)
{
    QString reason = problem.detail.isEmpty() ? problem.internal : problem.detail;
    for (const FieldError &error : problem.fields)
        reason = error.message;
    std::fprintf(stderr, "aegisd: the import was broken off: %s\n", reason.toUtf8().constData());
    return ExitFailure;
}

} // namespace

int importUsers(const LoadedSettings &loaded, const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        std::fprintf(stderr, "aegisd: %s cannot be read: %s\n", path.toUtf8().constData(), file.errorString().toUtf8().constData());
        return ExitFailure;
    }
    const auto storage = Storage::open(loaded.settings, {});
    if (!storage)
        return fail(storage.problem());
    DatabaseSession session(storage->serving, storage->session);
    if (const auto ensured = session.write<void>(RequestContext::forSystem(systemNow()), EventPartitionStore::ensure); !ensured)
        return fail(ensured.problem());

    const qint64 size = file.size();
    auto nextLine = std::chrono::steady_clock::now() + betweenLines;
    UserImport import(
        session,
        {.onBadLine = [](qint64 number,
                         const QString &what) { std::fprintf(stderr, "line %lld: %s\n", static_cast<long long>(number), what.toUtf8().constData()); },
         .onProgress =
             [&](const UserImport &soFar) {
                 if (std::chrono::steady_clock::now() < nextLine)
                     return;
                 nextLine = std::chrono::steady_clock::now() + betweenLines;
                 const qint64 percent = size > 0 ? soFar.position() * 100 / size : 0;
                 std::printf("%3lld %%: %s\n", static_cast<long long>(percent), summary(soFar.counts()).constData());
                 std::fflush(stdout);
             }});
    const auto done = import.run(file);
    std::printf("%s: %s.\n", done ? "Done" : "Broken off", summary(import.counts()).constData());
    if (!done)
        return fail(done.problem());
    return import.counts().bad == 0 ? ExitSuccess : ExitFailure;
}

} // namespace aegis
