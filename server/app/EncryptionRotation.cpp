#include "server/app/EncryptionRotation.h"

#include "server/app/Storage.h"
#include "server/config/EncryptionKeys.h"
#include "server/config/RotationLock.h"
#include "server/jobs/Resealing.h"

namespace aegis {
namespace {

Problem explained(Problem problem, const QString &sentence)
{
    if (problem.detail.isEmpty())
        problem.detail = sentence;
    return problem;
}

/// The keys to work with: with a new one among them, unless there is something left to do for the newest.
Result<Sealing> keysFor(const EncryptionKeys &keys, DatabaseSession &session, const std::function<void(const QString &)> &tell)
{
    TRY(Sealing::Keys present, keys.load());
    if (present.empty())
        return Problem(ProblemCode::Internal, QStringLiteral("there is no encryption key here yet: start a server on this data directory first"));
    const bool isAlone = present.size() == 1;
    TRY(Sealing sealing, Sealing::make(std::move(present)));
    if (keys.areSet()) {
        tell(QStringLiteral("Encrypting anew with ENCRYPTION_KEY, as it is set."));
        return sealing;
    }
    // With one key nothing can be left of an earlier rotation, but for what the format of the version before says.
    TRY(const bool isUnfinished, Resealing(session, sealing).isNeeded(systemNow()));
    if (isUnfinished && !isAlone) {
        tell(QStringLiteral("Going on with a rotation that had not come to its end."));
        return sealing;
    }
    TRY(const QString made, keys.makeNext());
    tell(QStringLiteral("A new encryption key: %1").arg(made));
    TRY(present, keys.load());
    return Sealing::make(std::move(present));
}

} // namespace

Result<void> rotateEncryptionKey(const Settings &settings, const std::function<void(const QString &)> &tell)
{
    const EncryptionKeys keys(settings);
    std::optional<RotationLock> lock; // until the end: what another would begin meanwhile is what this one is at
    if (!keys.areSet()) {
        TRY(lock, RotationLock::take(settings.dataDir));
    }
    TRY(const Storage storage, Storage::join(settings));
    DatabaseSession session(storage.serving, storage.session);
    TRY(const Sealing sealing, keysFor(keys, session, tell));
    Resealing resealing(session, sealing, [&](const Resealing::Counts &counts) { tell(QStringLiteral("%1 encrypted anew ...").arg(counts.done)); });
    auto counts = resealing.run(systemNow());
    if (!counts)
        return explained(std::move(counts).problem(), QStringLiteral("the database went away; call it again to go on"));
    tell(QStringLiteral("Done: %1 encrypted anew.").arg(counts->done));
    if (counts->unusable > 0) {
        return Problem(ProblemCode::Internal,
                       QStringLiteral("%1 could not be opened with any key that is here: give the key that sealed them as ENCRYPTION_KEY_PREVIOUS")
                           .arg(counts->unusable));
    }
    tell(QStringLiteral("Keep the old key until what it has encrypted is gone: the longest of two hours, IDEMPOTENCY_TTL, MAIL_LIFETIME, "
                        "EMAIL_VERIFICATION_TTL and PASSWORD_RESET_TTL."));
    return {};
}

} // namespace aegis
