#include "server/passwords/argon2id/Argon2id.h"

#include <QtCore/QtEndian>

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace aegis::argon2 {
namespace {

constexpr std::uint32_t version = 0x13;
constexpr std::uint32_t type = 2; // y, of Argon2id

/// Bytes that are wiped when they go.
template <std::size_t size> struct Wiped : std::array<unsigned char, size> {
    ~Wiped() { sodium_memzero(this->data(), size); }
};

/// BLAKE2b without a key (RFC 7693); `H^x` of RFC 9106.
class Blake2b {
public:
    explicit Blake2b(std::size_t size) : m_size(size) { m_good = crypto_generichash_init(&m_state, nullptr, 0, size) == 0; }
    ~Blake2b() { sodium_memzero(&m_state, sizeof m_state); }
    Blake2b(const Blake2b &) = delete;
    Blake2b &operator=(const Blake2b &) = delete;

    void add(const void *bytes, std::size_t size)
    {
        m_good = m_good && crypto_generichash_update(&m_state, static_cast<const unsigned char *>(bytes), size) == 0;
    }
    void add(std::uint32_t number) // LE32
    {
        const auto bytes = qToLittleEndian(number);
        add(&bytes, sizeof bytes);
    }
    /// 3.2: a string with its length before it.
    void addWithLength(QByteArrayView bytes)
    {
        add(static_cast<std::uint32_t>(bytes.size()));
        add(bytes.data(), static_cast<std::size_t>(bytes.size()));
    }
    bool finish(unsigned char *into) { return m_good && crypto_generichash_final(&m_state, into, m_size) == 0; }

private:
    crypto_generichash_state m_state;
    const std::size_t m_size;
    bool m_good;
};

using Start = Wiped<64>; ///< H_0

/// 3.2, step 1.
bool makeStart(Start &start, const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize)
{
    Blake2b hash(start.size());
    for (const std::uint32_t number : {cost.lanes, static_cast<std::uint32_t>(hashSize), cost.memoryKib, cost.passes, version, type})
        hash.add(number);
    hash.addWithLength(password.reveal());
    hash.addWithLength(salt);
    hash.addWithLength({}); // no secret
    hash.addWithLength({}); // no associated data
    return hash.finish(start.data());
}

/// 3.3: H', of any length, of what `addInput` adds.
template <class AddInput> bool variableHash(unsigned char *into, std::size_t size, AddInput addInput)
{
    Blake2b first(std::min<std::size_t>(size, 64));
    first.add(static_cast<std::uint32_t>(size));
    addInput(first);
    if (size <= 64)
        return first.finish(into);

    Wiped<64> v;
    if (!first.finish(v.data()))
        return false;
    for (;;) {
        std::memcpy(into, v.data(), 32);
        into += 32;
        size -= 32;
        Blake2b next(std::min<std::size_t>(size, 64));
        next.add(v.data(), v.size());
        if (size <= 64)
            return next.finish(into);
        if (!next.finish(v.data()))
            return false;
    }
}

/// 3.2, steps 3 and 4: the block B[0][index].
bool makeFirstBlock(std::uint64_t *block, const Start &start, std::uint32_t index)
{
    Wiped<blockBytes> bytes;
    const bool made = variableHash(bytes.data(), bytes.size(), [&](Blake2b &hash) {
        hash.add(start.data(), start.size());
        hash.add(index);
        hash.add(0U); // the lane
    });
    qFromLittleEndian<quint64>(bytes.data(), blockWords, block);
    return made;
}

/// 3.2, steps 7 and 8: the hash, from the last block of the only lane.
bool makeHash(QByteArray &hash, const std::uint64_t *block)
{
    Wiped<blockBytes> bytes;
    qToLittleEndian<quint64>(block, blockWords, bytes.data());
    return variableHash(reinterpret_cast<unsigned char *>(hash.data()), static_cast<std::size_t>(hash.size()),
                        [&](Blake2b &input) { input.add(bytes.data(), bytes.size()); });
}

/// Overwrites what the functions before have left below this one's place on the stack.
[[gnu::noinline]] void wipeStack()
{
    std::array<unsigned char, 16 * 1024> below;
    sodium_memzero(below.data(), below.size());
}

} // namespace

std::optional<QByteArray> compute(const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize, Fill fill,
                                  Argon2Memory &memory)
{
    const std::uint32_t blocks = cost.memoryKib / 4 * 4; // 3.2, step 2: m'
    std::uint64_t *const words = memory.take(blocks * blockBytes);
    QByteArray hash(hashSize, Qt::Uninitialized);
    Start start;
    bool done = words && makeStart(start, password, salt, cost, hashSize) && makeFirstBlock(words, start, 0)
        && makeFirstBlock(words + blockWords, start, 1);
    if (done) {
        fill(words, blocks, cost.passes);
        done = makeHash(hash, words + (blocks - 1) * blockWords);
    }
    if (words)
        memory.wipe(blocks * blockBytes);
    wipeStack();
    return done ? std::optional(hash) : std::nullopt;
}

} // namespace aegis::argon2
