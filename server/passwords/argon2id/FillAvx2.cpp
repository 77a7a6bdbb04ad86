// Compiled for AVX2, unlike its neighbours: it includes nothing but what has no functions that others share.
#include "server/passwords/argon2id/FillLoop.h"

#include <immintrin.h>

namespace aegis::argon2 {
namespace {

/// A block is 32 registers of four words in the RFC's own order: four to a row, and each column of registers is two columns of
/// the RFC (9106, 3.5).
struct Avx2 {
    static constexpr std::uint32_t place(std::uint32_t word) { return word; }

    template <bool isOver, class AfterFirst>
    static inline __attribute__((always_inline)) void compress(const std::uint64_t *previous, const std::uint64_t *reference, std::uint64_t *into,
                                                               AfterFirst afterFirst)
    {
        __m256i y[32];
#pragma GCC unroll 8
        for (int row = 0; row < 8; row += 2) {
            __m256i *const two = y + 4 * row;
#pragma GCC unroll 8
            for (int i = 0; i < 8; ++i) {
                const int word = 16 * row + 4 * i;
                two[i] = _mm256_xor_si256(load(previous + word), load(reference + word));
                store(into + word, isOver ? _mm256_xor_si256(two[i], load(into + word)) : two[i]);
            }
            permuteRows(two);
        }
#pragma GCC unroll 8
        for (int pair = 0; pair < 4; ++pair) {
            permuteColumns(y + pair);
#pragma GCC unroll 8
            for (int row = 0; row < 8; ++row) {
                const int i = 4 * row + pair;
                y[i] = _mm256_xor_si256(y[i], load(into + 4 * i));
                store(into + 4 * i, y[i]);
            }
            if (pair == 0)
                afterFirst(static_cast<std::uint64_t>(_mm256_extract_epi64(y[0], 0)));
        }
    }

    static void clearRegisters()
    {
        asm volatile("vzeroall"
                     :
                     :
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                       "xmm15");
    }

private:
    static inline __attribute__((always_inline)) __m256i load(const std::uint64_t *words)
    {
        return _mm256_load_si256(reinterpret_cast<const __m256i *>(words));
    }
    static inline __attribute__((always_inline)) void store(std::uint64_t *words, __m256i value)
    {
        _mm256_store_si256(reinterpret_cast<__m256i *>(words), value);
    }

    /// 3.6: a + b + 2 * low(a) * low(b).
    static inline __attribute__((always_inline)) __m256i multiplyAdd(__m256i a, __m256i b)
    {
        const __m256i product = _mm256_mul_epu32(a, b);
        return _mm256_add_epi64(_mm256_add_epi64(a, b), _mm256_add_epi64(product, product));
    }
    static inline __attribute__((always_inline)) __m256i right32(__m256i x)
    {
        return _mm256_shuffle_epi32(x, 0xb1);
    }
    static inline __attribute__((always_inline)) __m256i right24(__m256i x)
    {
        return _mm256_shuffle_epi8(
            x, _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10));
    }
    static inline __attribute__((always_inline)) __m256i right16(__m256i x)
    {
        return _mm256_shuffle_epi8(
            x, _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9));
    }
    static inline __attribute__((always_inline)) __m256i right63(__m256i x)
    {
        return _mm256_xor_si256(_mm256_add_epi64(x, x), _mm256_srli_epi64(x, 63));
    }

    /// 3.6: GB, twice four times at once.
    static inline __attribute__((always_inline)) void mix(__m256i &a0, __m256i &b0, __m256i &c0, __m256i &d0, __m256i &a1, __m256i &b1, __m256i &c1,
                                                          __m256i &d1)
    {
        a0 = multiplyAdd(a0, b0);
        a1 = multiplyAdd(a1, b1);
        d0 = right32(_mm256_xor_si256(d0, a0));
        d1 = right32(_mm256_xor_si256(d1, a1));
        c0 = multiplyAdd(c0, d0);
        c1 = multiplyAdd(c1, d1);
        b0 = right24(_mm256_xor_si256(b0, c0));
        b1 = right24(_mm256_xor_si256(b1, c1));
        a0 = multiplyAdd(a0, b0);
        a1 = multiplyAdd(a1, b1);
        d0 = right16(_mm256_xor_si256(d0, a0));
        d1 = right16(_mm256_xor_si256(d1, a1));
        c0 = multiplyAdd(c0, d0);
        c1 = multiplyAdd(c1, d1);
        b0 = right63(_mm256_xor_si256(b0, c0));
        b1 = right63(_mm256_xor_si256(b1, c1));
    }

    // Between the columns and the diagonals of P, three of its four operands turn against the fourth. That is b, which is
    // known last.

    /// 3.6: P on two rows that follow each other.
    static inline __attribute__((always_inline)) void permuteRows(__m256i *two)
    {
        mix(two[0], two[1], two[2], two[3], two[4], two[5], two[6], two[7]);
#pragma GCC unroll 2
        for (__m256i *row = two; row != two + 8; row += 4) {
            row[0] = _mm256_permute4x64_epi64(row[0], 0x93);
            row[2] = _mm256_permute4x64_epi64(row[2], 0x39);
            row[3] = _mm256_permute4x64_epi64(row[3], 0x4e);
        }
        mix(two[0], two[1], two[2], two[3], two[4], two[5], two[6], two[7]);
#pragma GCC unroll 2
        for (__m256i *row = two; row != two + 8; row += 4) {
            row[0] = _mm256_permute4x64_epi64(row[0], 0x39);
            row[2] = _mm256_permute4x64_epi64(row[2], 0x93);
            row[3] = _mm256_permute4x64_epi64(row[3], 0x4e);
        }
    }

    /// P on two columns: words 2r and 2r + 1 of both are in the register of row r.
    static inline __attribute__((always_inline)) void permuteColumns(__m256i *pair)
    {
        __m256i &a0 = pair[0], &a1 = pair[4], &b0 = pair[8], &b1 = pair[12], &c0 = pair[16], &c1 = pair[20], &d0 = pair[24], &d1 = pair[28];
        mix(a0, b0, c0, d0, a1, b1, c1, d1);
        turnLeft(a0, a1);
        turnRight(c0, c1);
        swap(d0, d1);
        mix(a0, b0, c0, d0, a1, b1, c1, d1);
        turnRight(a0, a1);
        turnLeft(c0, c1);
        swap(d0, d1);
    }

    /// Words 0 and 1, 2 and 3 become 1 and 2, 3 and 0.
    static inline __attribute__((always_inline)) void turnRight(__m256i &low, __m256i &high)
    {
        const __m256i before = low;
        low = _mm256_alignr_epi8(high, before, 8);
        high = _mm256_alignr_epi8(before, high, 8);
    }
    /// Words 0 and 1, 2 and 3 become 3 and 0, 1 and 2.
    static inline __attribute__((always_inline)) void turnLeft(__m256i &low, __m256i &high)
    {
        const __m256i before = low;
        low = _mm256_alignr_epi8(before, high, 8);
        high = _mm256_alignr_epi8(high, before, 8);
    }
    static inline __attribute__((always_inline)) void swap(__m256i &low, __m256i &high)
    {
        const __m256i before = low;
        low = high;
        high = before;
    }
};

} // namespace

void fillAvx2(std::uint64_t *memory, std::uint32_t blocks, std::uint32_t passes)
{
    FillLoop<Avx2>(memory, blocks, passes).run();
}

} // namespace aegis::argon2
