#include "server/app/KeyCommand.h"

#include "server/app/KeyOptionsOf.h"
#include "server/app/OperatorSession.h"
#include "server/config/EncryptionKeys.h"
#include "server/keys/KeyRotation.h"
#include "server/keys/SigningKeyStore.h"

namespace aegis {
namespace {

Problem explained(Problem problem)
{
    if (problem.detail.isEmpty())
        problem.detail = QStringLiteral("the database went away; call it again");
    return problem;
}

QString text(QByteArrayView latin1)
{
    return QString::fromLatin1(latin1.data(), latin1.size());
}

/// A shared secret is nobody's to rotate but the operator's.
Result<void> checkIsOfDatabase(const Settings &settings)
{
    if (settings.tokenAlgorithm() != SigningAlgorithm::Hs256)
        return {};
    return Problem(ProblemCode::Internal,
                   QStringLiteral("JWT_SECRET signs here, so there are no keys in the database: exchange it by JWT_SECRET_PREVIOUS"));
}

QString lineOf(const std::vector<KeyTimes> &keys, std::size_t place, Instant now)
{
    const KeyTimes &key = keys[place];
    const KeyState state = keyStateAt(keys, place, now);
    const QString when = state == KeyState::Next ? QStringLiteral("signs from %1").arg(text(toRfc3339(key.signsFrom)))
        : state == KeyState::Signing             ? QStringLiteral("signs since %1").arg(text(toRfc3339(key.signsFrom)))
        : key.verifiesUntil                      ? QStringLiteral("verifies until %1").arg(text(toRfc3339(*key.verifiesUntil)))
                                                 : QStringLiteral("has just been replaced");
    return QStringLiteral("%1  %2  %3  %4")
        .arg(text(key.kid), text(algorithmName(key.algorithm)).leftJustified(5), QString(keyStateName(state)).leftJustified(9), when);
}

} // namespace

Result<void> listKeys(const Settings &settings, const std::function<void(const QString &)> &tell)
{
    CHECK(checkIsOfDatabase(settings));
    TRY(const Storage storage, Storage::join(settings));
    DatabaseSession session(storage.serving, storage.session);
    const Instant now = systemNow();
    using Keys = std::vector<KeyTimes>;
    TRY(const Keys keys, session.read<Keys>(RequestContext::forSystem(now), SigningKeyStore::times));
    for (std::size_t i = 0; i < keys.size(); ++i)
        tell(lineOf(keys, i, now));
    return {};
}

Result<void> rotateKeys(const Settings &settings, const std::function<void(const QString &)> &tell)
{
    CHECK(checkIsOfDatabase(settings));
    TRY(OperatorSession here, OperatorSession::open(settings));
    TRY(Sealing::Keys encryptionKeys, EncryptionKeys(settings).load());
    TRY(const Sealing sealing, Sealing::make(std::move(encryptionKeys)));
    auto turn = KeyRotation(here.session, sealing, keyOptionsOf(settings).rules).rotate(here.now);
    if (!turn)
        return explained(std::move(turn).problem());
    if (turn->signsFrom <= here.now)
        tell(QStringLiteral("%1 signs from now on; servers that run take it over within JWT_KEY_POLL.").arg(text(turn->kid)));
    else
        tell(QStringLiteral("%1 signs from %2 on: it has to be published for JWT_KEY_PUBLISHED_AHEAD before.")
                 .arg(text(turn->kid), text(toRfc3339(turn->signsFrom))));
    return {};
}

} // namespace aegis
