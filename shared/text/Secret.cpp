#include "shared/text/Secret.h"

#include <cstring>
#include <utility>

namespace aegis {

Secret &Secret::operator=(const Secret &other)
{
    if (this != &other) {
        wipe();
        m_bytes = other.m_bytes;
    }
    return *this;
}

Secret &Secret::operator=(Secret &&other) noexcept
{
    if (this != &other) {
        wipe();
        m_bytes = std::move(other.m_bytes);
    }
    return *this;
}

Secret::~Secret()
{
    wipe();
}

void Secret::wipe() noexcept
{
    if (!m_bytes.empty())
        explicit_bzero(m_bytes.data(), m_bytes.size());
    m_bytes.clear();
}

bool Secret::equals(const Secret &other) const
{
    if (size() != other.size())
        return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < m_bytes.size(); ++i)
        difference |= static_cast<unsigned char>(static_cast<unsigned char>(m_bytes[i]) ^ static_cast<unsigned char>(other.m_bytes[i]));
    return difference == 0;
}

} // namespace aegis
