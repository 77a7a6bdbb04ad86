// Compiled for AVX-512F, unlike its neighbours: it includes nothing but what has no functions that others share.
#include "server/passwords/argon2id/FillLoop.h"

#include <immintrin.h>

namespace aegis::argon2 {
namespace {

/// A block is sixteen registers of eight words. Register 4q + g holds words 4g to 4g + 3 of the rows 2q and 2q + 1. So four
/// neighbours are the operands a, b, c, d of permutation P for two rows, and the registers g, 4 + g, 8 + g and 12 + g are those for
/// two columns (RFC 9106, 3.5 and 3.6): from rows to columns nothing has to be moved. Blocks are kept in memory like that.
struct Avx512 {
    static constexpr std::uint32_t place(std::uint32_t word)
    {
        const std::uint32_t row = word / 16;
        const std::uint32_t operand = word % 16 / 4;
        return (row / 2 * 4 + operand) * 8 + row % 2 * 4 + word % 4;
    }

    template <bool isOver, class AfterFirst>
    static inline __attribute__((always_inline)) void compress(const std::uint64_t *previous, const std::uint64_t *reference, std::uint64_t *into,
                                                               AfterFirst afterFirst)
    {
        __m512i z[16];
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) {
            z[i] = _mm512_xor_si512(_mm512_load_si512(previous + 8 * i), _mm512_load_si512(reference + 8 * i));
            _mm512_store_si512(into + 8 * i, isOver ? _mm512_xor_si512(z[i], _mm512_load_si512(into + 8 * i)) : z[i]);
        }
#pragma GCC unroll 16
        for (int q = 0; q < 4; ++q)
            permuteRows(z[4 * q], z[4 * q + 1], z[4 * q + 2], z[4 * q + 3]);
#pragma GCC unroll 16
        for (int g = 0; g < 4; ++g) {
            permuteColumns(z[g], z[4 + g], z[8 + g], z[12 + g]);
#pragma GCC unroll 16
            for (int q = 0; q < 4; ++q) {
                const int i = 4 * q + g;
                z[i] = _mm512_xor_si512(z[i], _mm512_load_si512(into + 8 * i));
                _mm512_store_si512(into + 8 * i, z[i]);
            }
            if (g == 0)
                afterFirst(static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm512_castsi512_si128(z[0]))));
        }
    }

    static void clearRegisters()
    {
        asm volatile("vpxorq %%zmm16, %%zmm16, %%zmm16\n\tvpxorq %%zmm17, %%zmm17, %%zmm17\n\t"
                     "vpxorq %%zmm18, %%zmm18, %%zmm18\n\tvpxorq %%zmm19, %%zmm19, %%zmm19\n\t"
                     "vpxorq %%zmm20, %%zmm20, %%zmm20\n\tvpxorq %%zmm21, %%zmm21, %%zmm21\n\t"
                     "vpxorq %%zmm22, %%zmm22, %%zmm22\n\tvpxorq %%zmm23, %%zmm23, %%zmm23\n\t"
                     "vpxorq %%zmm24, %%zmm24, %%zmm24\n\tvpxorq %%zmm25, %%zmm25, %%zmm25\n\t"
                     "vpxorq %%zmm26, %%zmm26, %%zmm26\n\tvpxorq %%zmm27, %%zmm27, %%zmm27\n\t"
                     "vpxorq %%zmm28, %%zmm28, %%zmm28\n\tvpxorq %%zmm29, %%zmm29, %%zmm29\n\t"
                     "vpxorq %%zmm30, %%zmm30, %%zmm30\n\tvpxorq %%zmm31, %%zmm31, %%zmm31\n\t"
                     "vzeroall"
                     :
                     :
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                       "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28",
                       "xmm29", "xmm30", "xmm31");
    }

private:
    /// 3.6: a + b + 2 * low(a) * low(b).
    static inline __attribute__((always_inline)) __m512i multiplyAdd(__m512i a, __m512i b)
    {
        const __m512i product = _mm512_mul_epu32(a, b);
        return _mm512_add_epi64(_mm512_add_epi64(a, b), _mm512_add_epi64(product, product));
    }

    /// 3.6: GB, eight times at once.
    static inline __attribute__((always_inline)) void mix(__m512i &a, __m512i &b, __m512i &c, __m512i &d)
    {
        a = multiplyAdd(a, b);
        d = _mm512_ror_epi64(_mm512_xor_si512(d, a), 32);
        c = multiplyAdd(c, d);
        b = _mm512_ror_epi64(_mm512_xor_si512(b, c), 24);
        a = multiplyAdd(a, b);
        d = _mm512_ror_epi64(_mm512_xor_si512(d, a), 16);
        c = multiplyAdd(c, d);
        b = _mm512_ror_epi64(_mm512_xor_si512(b, c), 63);
    }

    // Between the columns and the diagonals of P, three of its four operands turn against the fourth. That is b, which is
    // known last.
    static inline __attribute__((always_inline)) void permuteRows(__m512i &a, __m512i &b, __m512i &c, __m512i &d)
    {
        mix(a, b, c, d);
        a = _mm512_permutex_epi64(a, 0x93);
        c = _mm512_permutex_epi64(c, 0x39);
        d = _mm512_permutex_epi64(d, 0x4e);
        mix(a, b, c, d);
        a = _mm512_permutex_epi64(a, 0x39);
        c = _mm512_permutex_epi64(c, 0x93);
        d = _mm512_permutex_epi64(d, 0x4e);
    }

    // The four words of one column are the words 0, 1, 4, 5 of a register, those of the other 2, 3, 6, 7.
    static inline __attribute__((always_inline)) void permuteColumns(__m512i &a, __m512i &b, __m512i &c, __m512i &d)
    {
        const __m512i left = _mm512_setr_epi64(1, 4, 3, 6, 5, 0, 7, 2);
        const __m512i right = _mm512_setr_epi64(5, 0, 7, 2, 1, 4, 3, 6);
        mix(a, b, c, d);
        a = _mm512_permutexvar_epi64(right, a);
        c = _mm512_permutexvar_epi64(left, c);
        d = _mm512_shuffle_i64x2(d, d, 0x4e);
        mix(a, b, c, d);
        a = _mm512_permutexvar_epi64(left, a);
        c = _mm512_permutexvar_epi64(right, c);
        d = _mm512_shuffle_i64x2(d, d, 0x4e);
    }
};

} // namespace

void fillAvx512(std::uint64_t *memory, std::uint32_t blocks, std::uint32_t passes)
{
    FillLoop<Avx512>(memory, blocks, passes).run();
}

} // namespace aegis::argon2
