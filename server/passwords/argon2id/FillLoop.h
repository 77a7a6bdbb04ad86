// Read by files that are compiled for other processors than the rest: everything here is a template over a type that is
// local to such a file, so that nothing of it can be taken for the same function of another file.
#pragma once

#include "server/passwords/argon2id/Fill.h"

namespace aegis::argon2 {

/// The order in which blocks are filled, and with which (RFC 9106, 3.2 and 3.4, one lane). A `Form` knows how to compute a
/// block:
/// - `place(word)`: where in its blocks it keeps a word of the RFC's; word 0 is first in any order;
/// - `compress<isOver>(previous, reference, into, afterFirst)`: `into = G(previous, reference)`, or when `isOver` the same XORed
///   into what is there (3.5, and 3.2 step 6); calls `afterFirst` with word 0 of `into` as soon as it is known;
/// - `clearRegisters()`.
template <class Form> class FillLoop {
public:
    FillLoop(std::uint64_t *memory, std::uint32_t blocks, std::uint32_t passes) :
        m_memory(memory), m_blocks(blocks), m_segment(blocks / slices), m_passes(passes)
    {
    }

    void run()
    {
        reorder(block(0), true);
        reorder(block(1), true);
        fillIndependently(0);
        fillIndependently(1);
        fill<false>(2);
        fill<false>(3);
        for (std::uint32_t pass = 1; pass < m_passes; ++pass) {
            for (std::uint32_t slice = 0; slice < slices; ++slice)
                fill<true>(slice);
        }
        reorder(block(m_blocks - 1), false);
        Form::clearRegisters();
    }

private:
    static constexpr std::uint32_t slices = 4; // 3.4: SL
    static constexpr std::uint32_t cacheLine = 64;

    std::uint64_t *block(std::uint32_t index) const { return m_memory + index * blockWords; }

    /// From the RFC's order of words to the form's, or back.
    static void reorder(std::uint64_t *words, bool toForm)
    {
        std::uint64_t copy[blockWords];
        for (std::uint32_t word = 0; word < blockWords; ++word)
            copy[word] = words[word];
        for (std::uint32_t word = 0; word < blockWords; ++word) {
            if (toForm)
                words[Form::place(word)] = copy[word];
            else
                words[word] = copy[Form::place(word)];
        }
        wipe(copy);
    }

    static void wipe(std::uint64_t *words)
    {
        for (std::uint32_t word = 0; word < blockWords; ++word)
            words[word] = 0;
        asm volatile("" : : "r"(words) : "memory"); // somebody might read it, so it is not left out
    }

    static void prefetch(const std::uint64_t *words)
    {
        const char *bytes = reinterpret_cast<const char *>(words);
        for (std::uint32_t line = 0; line < blockBytes; line += cacheLine)
            __builtin_prefetch(bytes + line);
    }

    /// 3.4.2: the block that J_1 chooses of the `area` blocks that end before `start`, a ring.
    const std::uint64_t *chosen(std::uint64_t random, std::uint32_t area, std::uint32_t start) const
    {
        const std::uint64_t j1 = random & 0xffffffffU;
        const std::uint64_t x = (j1 * j1) >> 32U;
        const std::uint64_t y = (area * x) >> 32U;
        const std::uint64_t place = std::uint64_t(start) + area - 1 - y;
        return block(static_cast<std::uint32_t>(place < m_blocks ? place : place - m_blocks));
    }

    /// The second half of the first pass, and all later ones: the block before chooses (3.4.1.1).
    template <bool isOver> void fill(std::uint32_t slice)
    {
        const std::uint32_t begin = slice * m_segment;
        const std::uint32_t start = !isOver || slice == slices - 1 ? 0 : begin + m_segment;
        std::uint32_t area = (isOver ? m_blocks - m_segment : begin) - 1;
        const std::uint64_t *previous = block(begin == 0 ? m_blocks - 1 : begin - 1);
        const std::uint64_t *reference = chosen(previous[0], area, start);
        for (std::uint64_t *into = block(begin), *const end = into + m_segment * blockWords; into != end; into += blockWords) {
            ++area;
            const std::uint64_t *next = nullptr;
            Form::template compress<isOver>(previous, reference, into, [&](std::uint64_t first) {
                next = chosen(first, area, start); // of no use after the last one, and does no harm
                prefetch(next);
            });
            reference = next;
            previous = into;
        }
    }

    /// The first half of the first pass: the choice depends on the place alone (3.4.1.2), so it is known well ahead.
    void fillIndependently(std::uint32_t slice)
    {
        alignas(cacheLine) std::uint64_t input[blockWords] = {};
        alignas(cacheLine) std::uint64_t addresses[blockWords];
        input[Form::place(2)] = slice; // the pass and the lane, words 0 and 1, are 0
        input[Form::place(3)] = m_blocks;
        input[Form::place(4)] = m_passes;
        input[Form::place(5)] = 2; // Argon2id
        const std::uint32_t begin = slice * m_segment;
        for (std::uint32_t group = 0; group < m_segment; group += blockWords) {
            makeAddresses(input, addresses);
            const std::uint32_t count = m_segment - group < blockWords ? m_segment - group : std::uint32_t(blockWords);
            const std::uint32_t first = begin + group == 0 ? 2 : 0; // two blocks are there already
            const auto reference = [&](std::uint32_t i) { return chosen(addresses[Form::place(i)], begin + group + i - 1, 0); };
            if (first < count)
                prefetch(reference(first));
            for (std::uint32_t i = first; i < count; ++i) {
                std::uint64_t *into = block(begin + group + i);
                if (i + 1 < count)
                    prefetch(reference(i + 1));
                Form::template compress<false>(into - blockWords, reference(i), into, [](std::uint64_t) {});
            }
        }
    }

    /// The next 128 pairs of J_1 and J_2.
    static void makeAddresses(std::uint64_t *input, std::uint64_t *addresses)
    {
        alignas(cacheLine) static constexpr std::uint64_t zero[blockWords] = {};
        ++input[Form::place(6)];
        alignas(cacheLine) std::uint64_t once[blockWords];
        Form::template compress<false>(zero, input, once, [](std::uint64_t) {});
        Form::template compress<false>(zero, once, addresses, [](std::uint64_t) {});
    }

    std::uint64_t *const m_memory;
    const std::uint32_t m_blocks;
    const std::uint32_t m_segment;
    const std::uint32_t m_passes;
};

} // namespace aegis::argon2
