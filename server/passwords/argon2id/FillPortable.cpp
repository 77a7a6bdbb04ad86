#include "server/passwords/argon2id/FillLoop.h"

namespace aegis::argon2 {
namespace {

/// In plain arithmetic.
struct Portable {
    static constexpr std::uint32_t place(std::uint32_t word) { return word; }

    template <bool isOver, class AfterFirst>
    static void compress(const std::uint64_t *previous, const std::uint64_t *reference, std::uint64_t *into, AfterFirst afterFirst)
    {
        std::uint64_t state[blockWords];
        for (std::size_t i = 0; i < blockWords; ++i) {
            state[i] = previous[i] ^ reference[i];
            into[i] = isOver ? into[i] ^ state[i] : state[i];
        }
        for (std::size_t row = 0; row < 8; ++row)
            permute<2>(state + 16 * row);
        for (std::size_t column = 0; column < 8; ++column)
            permute<16>(state + 2 * column);
        for (std::size_t i = 0; i < blockWords; ++i)
            into[i] ^= state[i];
        afterFirst(into[0]);
    }

    static void clearRegisters() {}

private:
    static std::uint64_t rotated(std::uint64_t word, unsigned right) { return (word >> right) | (word << (64U - right)); }

    /// RFC 9106, 3.6: a + b + 2 * low(a) * low(b).
    static std::uint64_t multiplyAdd(std::uint64_t a, std::uint64_t b) { return a + b + 2 * (a & 0xffffffffU) * (b & 0xffffffffU); }

    /// 3.6: GB.
    static void mix(std::uint64_t &a, std::uint64_t &b, std::uint64_t &c, std::uint64_t &d)
    {
        a = multiplyAdd(a, b);
        d = rotated(d ^ a, 32);
        c = multiplyAdd(c, d);
        b = rotated(b ^ c, 24);
        a = multiplyAdd(a, b);
        d = rotated(d ^ a, 16);
        c = multiplyAdd(c, d);
        b = rotated(b ^ c, 63);
    }

    /// 3.6: P on eight pairs of words, `stride` words from one to the next: a row (2) or a column (16).
    template <std::size_t stride> static void permute(std::uint64_t *words)
    {
        std::uint64_t v[16];
        for (std::size_t i = 0; i < 16; ++i)
            v[i] = words[i / 2 * stride + i % 2];
        for (std::size_t i = 0; i < 4; ++i)
            mix(v[i], v[4 + i], v[8 + i], v[12 + i]);
        for (std::size_t i = 0; i < 4; ++i)
            mix(v[i], v[4 + (i + 1) % 4], v[8 + (i + 2) % 4], v[12 + (i + 3) % 4]);
        for (std::size_t i = 0; i < 16; ++i)
            words[i / 2 * stride + i % 2] = v[i];
    }
};

} // namespace

void fillPortable(std::uint64_t *memory, std::uint32_t blocks, std::uint32_t passes)
{
    FillLoop<Portable>(memory, blocks, passes).run();
}

} // namespace aegis::argon2
