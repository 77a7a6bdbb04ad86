#include "server/passwords/PasswordCost.h"

#include <QtCore/QRegularExpression>

namespace aegis {

std::optional<PasswordParameters> passwordCostOf(QByteArrayView hash)
{
    static const QRegularExpression argon2id(QStringLiteral("^\\$argon2id\\$v=19\\$m=([0-9]{1,9}),t=([0-9]{1,9}),p=([0-9]{1,9})\\$"));
    static const QRegularExpression bcrypt(QStringLiteral("^\\$2[a-z]\\$([0-9]{2})\\$"));
    constexpr qsizetype longest = 64; // of what tells the cost
    const QString text = QString::fromLatin1(hash.first(std::min(hash.size(), longest)));

    PasswordParameters parameters;
    if (const auto match = argon2id.match(text); match.hasMatch()) {
        parameters.algorithm = PasswordAlgorithm::Argon2id;
        parameters.argon2 = {.memoryKib = match.captured(1).toUInt(), .passes = match.captured(2).toUInt(), .lanes = match.captured(3).toUInt()};
        return isAcceptableCost(parameters.argon2) ? std::optional(parameters) : std::nullopt;
    }
    if (const auto match = bcrypt.match(text); match.hasMatch()) {
        parameters.algorithm = PasswordAlgorithm::Bcrypt;
        parameters.bcryptRounds = match.captured(1).toInt();
        return isAcceptableBcryptRounds(parameters.bcryptRounds) ? std::optional(parameters) : std::nullopt;
    }
    return std::nullopt;
}

} // namespace aegis
