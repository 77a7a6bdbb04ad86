#include "server/audit/TrailVerifier.h"

#include <algorithm>

namespace aegis {
namespace {

QString text(const QByteArray &latin1)
{
    return QString::fromLatin1(latin1);
}

} // namespace

TrailVerifier::TrailVerifier(TrailTrust trust) : m_trust(std::move(trust)) {}

/// A key is trusted that is known beforehand, that endorses a trusted one, or that a trusted one endorses.
void TrailVerifier::trustKeys(const std::vector<SealKey> &keys)
{
    QByteArrayList trusted = m_trust.keys;
    if (m_trust.head)
        trusted.append(m_trust.head->keyId);
    const auto isTrusted = [&](const SealKey &key) { return trusted.contains(key.keyId); };
    if (trusted.isEmpty()) { // nothing to compare with: the newest stands for itself
        if (!keys.empty())
            trusted.append(keys.back().keyId);
    } else {
        verdict.isPinned = true;
    }
    for (std::size_t i = 1; i < keys.size(); ++i) { // forwards: whom a trusted one endorses
        if (isTrusted(keys[i - 1]) && keys[i].previousKey == keys[i - 1].keyId && !keys[i].endorsement.isEmpty())
            trusted.append(keys[i].keyId);
    }
    for (std::size_t i = keys.size(); i-- > 1;) { // backwards: whose word a trusted one goes back to
        if (isTrusted(keys[i]) && keys[i].previousKey == keys[i - 1].keyId && !keys[i].endorsement.isEmpty())
            trusted.append(keys[i - 1].keyId);
    }
    for (const SealKey &key : keys) {
        if (!isTrusted(key))
            fault(TrailFaultKind::UnknownKey, key.firstSequence,
                  QStringLiteral("the key %1 signs from here on, and no trusted key says that it is the server's").arg(text(key.keyId)));
    }
}

void TrailVerifier::keys(const std::vector<SealKey> &keys)
{
    const SealKey *before = nullptr;
    for (const SealKey &key : keys) {
        const auto verifier = key.key();
        if (!verifier) {
            fault(TrailFaultKind::UnknownKey, key.firstSequence,
                  QStringLiteral("the public half of key %1 is not that of its id").arg(text(key.keyId)));
            continue;
        }
        if (!verifier->verify(key.statement(), key.signature))
            fault(TrailFaultKind::WrongSignature, key.firstSequence,
                  QStringLiteral("the statement about key %1 is not its own").arg(text(key.keyId)));
        if (before) {
            const auto previous = m_keys.find(key.previousKey);
            if (key.previousKey != before->keyId || key.firstSequence <= before->firstSequence)
                fault(TrailFaultKind::WrongChain, key.firstSequence, QStringLiteral("key %1 does not follow the one before it").arg(text(key.keyId)));
            if (!key.endorsement.isEmpty() && (previous == m_keys.end() || !previous->second.verifier.verify(key.statement(), key.endorsement)))
                fault(TrailFaultKind::WrongSignature, key.firstSequence,
                      QStringLiteral("the key before did not sign that key %1 takes its place").arg(text(key.keyId)));
            if (previous != m_keys.end())
                previous->second.lastSequence = key.firstSequence - 1;
        }
        m_keys.insert_or_assign(key.keyId, Known{.key = key, .verifier = *verifier});
        before = &key;
    }
    trustKeys(keys);
}

void TrailVerifier::beginAfter(const Seal &seal, const merkle::Frontier &frontier)
{
    m_hasBeginning = false;
    m_frontier = frontier;
    checkSignature(seal);
    if (frontier.size() != seal.size || frontier.root() != seal.root)
        fault(TrailFaultKind::WrongRoot, seal.sequence, QStringLiteral("the tree that the trail begins with is not that of the seal before it"));
    checkHead(seal);
    verdict.head = seal;
}

void TrailVerifier::add(QByteArrayView digest)
{
    m_frontier.add(merkle::leafHash(digest));
    if (m_trust.head && m_frontier.size() == m_trust.head->size) {
        m_isHeadSeen = true;
        if (m_frontier.root() != m_trust.head->root)
            fault(TrailFaultKind::OtherHistory, 0,
                  QStringLiteral("the first %1 events are not those of the kept head: history was written anew").arg(m_trust.head->size));
    }
}

void TrailVerifier::checkSignature(const Seal &seal)
{
    const auto known = m_keys.find(seal.keyId);
    if (known == m_keys.end())
        return fault(TrailFaultKind::UnknownKey, seal.sequence, QStringLiteral("key %1 is none of the trail's").arg(text(seal.keyId)));
    const Known &key = known->second;
    if (!key.verifier.verify(seal.statement(), seal.signature))
        fault(TrailFaultKind::WrongSignature, seal.sequence, QStringLiteral("the seal is not what its key has signed"));
    if (seal.sequence < key.key.firstSequence || (key.lastSequence > 0 && seal.sequence > key.lastSequence))
        fault(TrailFaultKind::WrongSignature, seal.sequence, QStringLiteral("key %1 does not sign seals of that number").arg(text(seal.keyId)));
}

void TrailVerifier::checkHead(const Seal &seal)
{
    if (!m_trust.head || seal.sequence != m_trust.head->sequence)
        return;
    if (seal.statement() != m_trust.head->statement())
        fault(TrailFaultKind::OtherHistory, seal.sequence, QStringLiteral("the seal is another one than the kept head: history was written anew"));
    m_isHeadSeen = true;
}

void TrailVerifier::seal(const Seal &seal)
{
    const std::optional<Seal> &before = verdict.head;
    const qint64 expected = before ? before->sequence + 1 : 1;
    if (seal.sequence != expected)
        fault(TrailFaultKind::Deleted, seal.sequence, QStringLiteral("seal %1 is missing").arg(expected));
    else if (seal.previous != (before ? before->chainHash() : Sha256{}))
        fault(TrailFaultKind::WrongChain, seal.sequence, QStringLiteral("the seal names another one as the one before it"));
    const quint64 position = before ? before->size : 0;
    const int era = before ? before->era : 1;
    const bool isSameEra = seal.era == era;
    if (seal.position != position || seal.size <= seal.position || (!isSameEra && seal.era != era + 1)
        || seal.xidFrom != (before && isSameEra ? before->xidTo : 0) || seal.xidTo <= seal.xidFrom)
        fault(TrailFaultKind::WrongChain, seal.sequence, QStringLiteral("the seal does not begin where the one before it ends"));
    if (before && seal.time < before->time)
        fault(TrailFaultKind::ClockRollback, seal.sequence,
              QStringLiteral("the seal is dated %1, and the one before it %2").arg(text(toRfc3339(seal.time)), text(toRfc3339(before->time))));
    if (!m_isRootWrong && (m_frontier.size() != seal.size || m_frontier.root() != seal.root)) {
        m_isRootWrong = true; // and with it those of all that follow
        fault(TrailFaultKind::WrongRoot, seal.sequence, QStringLiteral("the digests of its events do not make the root that it signs"));
    }
    checkSignature(seal);
    checkHead(seal);
    ++verdict.seals;
    verdict.head = seal;
}

void TrailVerifier::end()
{
    if (!m_trust.head)
        return;
    const Seal &head = *m_trust.head;
    const quint64 size = verdict.head ? verdict.head->size : 0;
    const auto key = m_keys.find(head.keyId);
    bool isGenuine = key != m_keys.end() && key->second.verifier.verify(head.statement(), head.signature);
    if (key == m_keys.end() && m_trust.key) {
        const auto own = m_trust.key->key();
        isGenuine = own && own->verify(head.statement(), head.signature);
    }
    if (size < head.size || (verdict.head && verdict.head->sequence < head.sequence))
        fault(TrailFaultKind::Truncated, head.sequence,
              QStringLiteral("the trail ends with %1 events, and the kept head has %2: what came after was cut off").arg(size).arg(head.size));
    else if (!m_isHeadSeen)
        fault(TrailFaultKind::OtherHistory, head.sequence,
              m_hasBeginning ? QStringLiteral("the kept head is not on the chain")
                             : QStringLiteral("the kept head is from before this part of the trail"));
    if (!isGenuine)
        fault(TrailFaultKind::UnknownKey, head.sequence, QStringLiteral("the kept head is not signed with a key of this trail"));
    verdict.isHeadKept = true;
}

} // namespace aegis
