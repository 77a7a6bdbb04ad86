#include "server/app/ConnectionWatch.h"

#include <algorithm>

namespace aegis {
namespace {

/// Fewer than these are not worth the milliseconds for which nobody gets memory meanwhile.
constexpr int many = 128;

} // namespace

ConnectionWatch::Verdict ConnectionWatch::look(const Sample &sample)
{
    m_most = std::max(m_most, sample.connections);
    const bool haveGone = sample.connections <= m_most / 2 && m_most - sample.connections >= many;
    const Verdict verdict{
        .refused = sample.refused - m_last.refused,
        .endedForOthers = sample.endedForOthers - m_last.endedForOthers,
        .giveMemoryBack = haveGone && sample.connections >= m_last.connections,
    };
    if (verdict.giveMemoryBack)
        m_most = sample.connections;
    m_last = sample;
    return verdict;
}

} // namespace aegis
