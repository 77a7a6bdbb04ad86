#include "tests/bench/NativeArgon2.h"

#include "server/passwords/Argon2Memory.h"

#include <argon2.h>
#include <dlfcn.h>

namespace aegis::bench {
namespace {

using Compute = int (*)(argon2_context *);

Compute load()
{
    // Its names are those of the packaged libargon2, which is loaded as well: it was linked with -Bsymbolic, so it calls its own.
    void *library = ::dlopen(AEGIS_NATIVE_ARGON2, RTLD_NOW | RTLD_LOCAL);
    return library ? reinterpret_cast<Compute>(::dlsym(library, "argon2id_ctx")) : nullptr;
}

Compute compute()
{
    static const Compute function = load();
    return function;
}

int takeKept(std::uint8_t **memory, std::size_t bytes)
{
    thread_local Argon2Memory kept;
    *memory = reinterpret_cast<std::uint8_t *>(kept.take(bytes));
    return *memory ? ARGON2_OK : ARGON2_MEMORY_ALLOCATION_ERROR;
}

void keep(std::uint8_t *, std::size_t) {}

} // namespace

bool NativeArgon2::isHere()
{
    return compute() != nullptr;
}

bool NativeArgon2::hash(std::span<const char> password, std::span<const unsigned char> salt, std::uint32_t memoryKib, std::uint32_t passes,
                        std::span<unsigned char> hash)
{
    argon2_context context{};
    context.out = hash.data();
    context.outlen = static_cast<std::uint32_t>(hash.size());
    context.pwd = reinterpret_cast<std::uint8_t *>(const_cast<char *>(password.data())); // read only: no flag to clear it is set
    context.pwdlen = static_cast<std::uint32_t>(password.size());
    context.salt = const_cast<std::uint8_t *>(salt.data());
    context.saltlen = static_cast<std::uint32_t>(salt.size());
    context.t_cost = passes;
    context.m_cost = memoryKib;
    context.lanes = 1;
    context.threads = 1;
    context.version = ARGON2_VERSION_13;
    context.allocate_cbk = takeKept;
    context.free_cbk = keep;
    context.flags = ARGON2_DEFAULT_FLAGS;
    return compute()(&context) == ARGON2_OK;
}

} // namespace aegis::bench
