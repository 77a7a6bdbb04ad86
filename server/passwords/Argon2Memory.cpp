#include "server/passwords/Argon2Memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace aegis {
namespace {

constexpr std::size_t hugePage = std::size_t(2) << 20U;

std::size_t roundedUp(std::size_t bytes, std::size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

std::size_t unitFor(std::size_t bytes)
{
    return bytes >= hugePage ? hugePage : static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// `size` bytes at a multiple of `alignment`, both whole pages; null when they are not to be had.
std::byte *mapAligned(std::size_t size, std::size_t alignment)
{
    void *mapped = ::mmap(nullptr, size + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return nullptr;
    auto *const begin = static_cast<std::byte *>(mapped);
    const std::size_t before = roundedUp(reinterpret_cast<std::uintptr_t>(begin), alignment) - reinterpret_cast<std::uintptr_t>(begin);
    if (before > 0)
        ::munmap(begin, before);
    ::munmap(begin + before + size, alignment - before);
    return begin + before;
}

} // namespace

std::size_t Argon2Memory::sizeFor(std::size_t bytes)
{
    return roundedUp(bytes, unitFor(bytes));
}

Argon2Memory::~Argon2Memory()
{
    giveBack();
}

std::uint64_t *Argon2Memory::take(std::size_t bytes)
{
    if (bytes > size()) {
        giveBack();
        const std::size_t rounded = sizeFor(bytes);
        m_bytes = mapAligned(rounded, unitFor(bytes));
        if (!m_bytes)
            return nullptr;
        m_size.store(rounded, std::memory_order_relaxed);
        // Each of these is only for the better: without it everything works.
        if (unitFor(bytes) == hugePage)
            ::madvise(m_bytes, rounded, MADV_HUGEPAGE);
        ::madvise(m_bytes, rounded, MADV_DONTDUMP);
        ::madvise(m_bytes, rounded, MADV_DONTFORK);
        ::mlock(m_bytes, rounded);
    }
    return reinterpret_cast<std::uint64_t *>(m_bytes);
}

void Argon2Memory::wipe(std::size_t bytes)
{
    ::explicit_bzero(m_bytes, bytes);
}

void Argon2Memory::giveBack()
{
    if (m_bytes)
        ::munmap(m_bytes, size());
    m_bytes = nullptr;
    m_size.store(0, std::memory_order_relaxed);
}

} // namespace aegis
