#include "server/passwords/PasswordParameters.h"

namespace aegis {
namespace {

constexpr std::uint32_t mebibyte = 1024; // in KiB

} // namespace

bool isPossibleCost(const Argon2Cost &cost)
{
    return cost.passes >= 1 && cost.passes <= 10 && cost.lanes >= 1 && cost.lanes <= 16 && cost.memoryKib >= 8 * cost.lanes
        && cost.memoryKib <= 512 * mebibyte;
}

bool isAcceptableCost(const Argon2Cost &cost)
{
    return isPossibleCost(cost) && cost.memoryKib >= 8 * mebibyte;
}

bool isPossibleBcryptRounds(int rounds)
{
    return rounds >= 4 && rounds <= 16;
}

bool isAcceptableBcryptRounds(int rounds)
{
    return rounds >= 10 && rounds <= 16;
}

} // namespace aegis
