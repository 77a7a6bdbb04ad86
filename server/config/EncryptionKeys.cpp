#include "server/config/EncryptionKeys.h"

namespace aegis {
namespace {

constexpr qsizetype keyBytes = 32;
constexpr int mostFiles = 250;
constexpr Sealing::Version placeOfPrevious = 254;
constexpr Sealing::Version placeOfSet = 255;

QString nameOf(int number)
{
    const QString first = QStringLiteral("encryption-key");
    return number == 1 ? first : QStringLiteral("%1-%2").arg(first).arg(number);
}

/// The number of the newest file; 0: there is none. Older ones may be gone.
int newestNumber(const SecretStore &store)
{
    for (int number = mostFiles; number > 0; --number) {
        if (store.has(nameOf(number)))
            return number;
    }
    return 0;
}

} // namespace

QString EncryptionKeys::newestName(const SecretStore &store)
{
    return nameOf(std::max(1, newestNumber(store)));
}

Result<Sealing::Keys> EncryptionKeys::load() const
{
    Sealing::Keys keys;
    if (areSet()) {
        // The files are another story: a server that is given the wrong key must not start, let alone encrypt anew with it.
        if (!m_previous.isEmpty())
            keys.emplace(placeOfPrevious, m_previous);
        keys.emplace(placeOfSet, m_set);
        return keys;
    }
    for (int number = newestNumber(m_store); number > 0; --number) {
        if (!m_store.has(nameOf(number)))
            continue;
        TRY(Secret key, m_store.readOrMake(nameOf(number), keyBytes));
        keys.emplace(static_cast<Sealing::Version>(number), std::move(key));
    }
    if (!m_previous.isEmpty())
        keys.emplace(Sealing::Version(0), m_previous); // it only opens
    return keys;
}

Result<QString> EncryptionKeys::makeNext() const
{
    const int number = newestNumber(m_store) + 1;
    if (number > mostFiles)
        return Problem(ProblemCode::Internal, QStringLiteral("there are %1 encryption keys: delete the oldest files").arg(mostFiles));
    TRY(const Secret made, m_store.readOrMake(nameOf(number), keyBytes));
    static_cast<void>(made);
    return m_store.pathOf(nameOf(number));
}

} // namespace aegis
