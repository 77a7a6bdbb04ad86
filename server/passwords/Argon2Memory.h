#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace aegis {

/// The memory in which one thread computes one Argon2id hash after another. It is kept, because to map and fill it anew costs
/// a third of a hash; in huge pages where there are any (MADV_HUGEPAGE), in no core dump and no child of fork(), and out of
/// the swap as far as RLIMIT_MEMLOCK allows. One thread at a time; size() from any.
class Argon2Memory {
public:
    Argon2Memory() = default;
    ~Argon2Memory();
    Argon2Memory(const Argon2Memory &) = delete;
    Argon2Memory &operator=(const Argon2Memory &) = delete;

    /// At least that many bytes of zeros, aligned to 64 bytes; null when they are not to be had. What is kept is used if it is
    /// enough. Who has written to the bytes wipes them: nobody else will.
    std::uint64_t *take(std::size_t bytes);
    /// Makes zeros of the first so many bytes.
    void wipe(std::size_t bytes);
    /// Back to the operating system.
    void giveBack();

    /// What size() is after that many bytes were taken: whole pages, or huge pages.
    static std::size_t sizeFor(std::size_t bytes);
    /// Bytes that are kept.
    std::size_t size() const { return m_size.load(std::memory_order_relaxed); }

private:
    std::byte *m_bytes = nullptr;
    std::atomic<std::size_t> m_size{0};
};

} // namespace aegis
