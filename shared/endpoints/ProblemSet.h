#pragma once

#include "shared/result/ProblemCode.h"

#include <cstdint>
#include <initializer_list>

namespace aegis {

/// A set of problem codes.
class ProblemSet {
public:
    constexpr ProblemSet() = default;
    constexpr ProblemSet(std::initializer_list<ProblemCode> codes)
    {
        for (const ProblemCode code : codes)
            m_bits |= bit(code);
    }

    constexpr bool contains(ProblemCode code) const { return (m_bits & bit(code)) != 0; }
    friend constexpr ProblemSet operator|(ProblemSet a, ProblemSet b)
    {
        a.m_bits |= b.m_bits;
        return a;
    }

private:
    static_assert(static_cast<int>(ProblemCode::Internal) < 64, "a wider set is needed");
    static constexpr std::uint64_t bit(ProblemCode code) { return std::uint64_t(1) << static_cast<unsigned>(code); }

    std::uint64_t m_bits = 0;
};

} // namespace aegis
