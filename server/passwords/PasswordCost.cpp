#include "server/passwords/PasswordCost.h"

#include <cstdio>

namespace aegis {

std::optional<PasswordParameters> passwordCostOf(QByteArrayView hash)
{
    const QByteArray text = hash.first(std::min<qsizetype>(hash.size(), 64)).toByteArray();
    PasswordParameters parameters;
    int end = 0;
    if (std::sscanf(text.constData(), "$argon2id$v=19$m=%9u,t=%9u,p=%9u$%n", &parameters.argon2.memoryKib, &parameters.argon2.passes,
                    &parameters.argon2.lanes, &end)
            == 3
        && end > 0) {
        parameters.algorithm = PasswordAlgorithm::Argon2id;
        return isAcceptableCost(parameters.argon2) ? std::optional(parameters) : std::nullopt;
    }
    char kind = 0;
    end = 0;
    if (std::sscanf(text.constData(), "$2%1c$%2d$%n", &kind, &parameters.bcryptRounds, &end) == 2 && end == 7) {
        parameters.algorithm = PasswordAlgorithm::Bcrypt;
        return isAcceptableBcryptRounds(parameters.bcryptRounds) ? std::optional(parameters) : std::nullopt;
    }
    return std::nullopt;
}

} // namespace aegis
