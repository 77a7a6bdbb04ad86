#include "server/audit/MerkleTree.h"
#include "tests/support/TestMain.h"

#include <bit>
#include <map>

using namespace aegis;
using namespace aegis::merkle;

namespace {

constexpr quint64 largest = 130;

std::vector<Sha256> leaves(quint64 size)
{
    std::vector<Sha256> all;
    for (quint64 i = 0; i < size; ++i)
        all.push_back(leafHash(sha256(QByteArray::number(i))));
    return all;
}

/// The definition of RFC 9162, word for word.
Sha256 bruteRoot(const std::vector<Sha256> &all, std::size_t begin, std::size_t end)
{
    if (begin == end)
        return sha256Digest({});
    if (end - begin == 1)
        return all[begin];
    std::size_t k = 1;
    while (k * 2 < end - begin)
        k *= 2;
    return nodeHash(bruteRoot(all, begin, begin + k), bruteRoot(all, begin + k, end));
}

Nodes nodesOf(const std::vector<Sha256> &all)
{
    std::map<std::pair<int, quint64>, Sha256> known;
    for (int level = 0; quint64(1) << level <= all.size(); ++level) {
        const quint64 size = quint64(1) << level;
        for (quint64 place = 0; (place + 1) * size <= all.size(); ++place)
            known[{level, place}] = bruteRoot(all, place * size, (place + 1) * size);
    }
    return [known](int level, quint64 place) -> Result<Sha256> { return known.at({level, place}); }; // throws for one that is not there
}

QByteArray hex(const Sha256 &hash)
{
    return QByteArray(reinterpret_cast<const char *>(hash.data()), 32).toHex();
}

Sha256 flipped(Sha256 hash)
{
    hash[7] ^= 1;
    return hash;
}

} // namespace

class TestMerkleTree : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rootsAreThoseOfKnownTrees();
    void rootsAreThoseOfTheDefinition();
    void proofsOfInclusionHold();
    void proofsOfInclusionProveNothingElse();
    void proofsOfConsistencyHold();
    void proofsOfConsistencyProveNothingElse();
    void aFrontierGoesOn();
    void aFrontierTellsOfItsSubtrees();
};

// The vectors of the certificate transparency project for RFC 6962, which 9162 keeps.
void TestMerkleTree::rootsAreThoseOfKnownTrees()
{
    const QByteArrayList entries{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    const QByteArrayList roots{
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    Frontier frontier;
    std::vector<Sha256> all;

    QCOMPARE(hex(frontier.root()), roots[0]);
    for (qsizetype i = 0; i < entries.size(); ++i) {
        all.push_back(leafHash(QByteArray::fromHex(entries[i])));
        frontier.add(all.back());
        QCOMPARE(hex(frontier.root()), roots[i + 1]);
        QCOMPARE(hex(*root(nodesOf(all), all.size())), roots[i + 1]);
    }
}

void TestMerkleTree::rootsAreThoseOfTheDefinition()
{
    const std::vector<Sha256> all = leaves(largest);
    const Nodes nodes = nodesOf(all);
    Frontier frontier;
    for (quint64 size = 0; size <= largest; ++size) {
        QCOMPARE(frontier.root(), bruteRoot(all, 0, size));
        QCOMPARE(*root(nodes, size), bruteRoot(all, 0, size));
        if (size < largest)
            frontier.add(all[size]);
    }
}

void TestMerkleTree::proofsOfInclusionHold()
{
    const std::vector<Sha256> all = leaves(largest);
    const Nodes nodes = nodesOf(all);
    for (quint64 size = 1; size <= largest; ++size) {
        const Sha256 whole = bruteRoot(all, 0, size);
        for (quint64 position = 0; position < size; ++position) {
            const auto proof = inclusionProof(nodes, position, size);
            QVERIFY(isIncluded(all[position], position, size, *proof, whole));
            QVERIFY(proof->size() <= std::size_t(std::bit_width(size)));
        }
    }
}

void TestMerkleTree::proofsOfInclusionProveNothingElse()
{
    const std::vector<Sha256> all = leaves(largest);
    const Nodes nodes = nodesOf(all);
    for (const quint64 size : std::initializer_list<quint64>{1, 2, 3, 7, 8, 64, 65, 127, 130}) {
        const Sha256 whole = bruteRoot(all, 0, size);
        for (quint64 position = 0; position < size; ++position) {
            const Proof proof = *inclusionProof(nodes, position, size);
            QVERIFY(!isIncluded(flipped(all[position]), position, size, proof, whole));
            QVERIFY(!isIncluded(all[position], position, size, proof, flipped(whole)));
            QVERIFY(!isIncluded(all[position], size, size, proof, whole));
            for (quint64 other = 0; other < size; ++other)
                QCOMPARE(isIncluded(all[position], other, size, proof, whole), other == position);
            Proof changed = proof;
            changed.push_back(whole);
            QVERIFY(!isIncluded(all[position], position, size, changed, whole));
            for (std::size_t i = 0; i < proof.size(); ++i) {
                changed = proof;
                changed[i] = flipped(changed[i]);
                QVERIFY(!isIncluded(all[position], position, size, changed, whole));
                changed.erase(changed.begin() + qsizetype(i));
                QVERIFY(!isIncluded(all[position], position, size, changed, whole));
            }
        }
    }
}

void TestMerkleTree::proofsOfConsistencyHold()
{
    const std::vector<Sha256> all = leaves(largest);
    const Nodes nodes = nodesOf(all);
    std::vector<Sha256> roots;
    for (quint64 size = 0; size <= largest; ++size)
        roots.push_back(bruteRoot(all, 0, size));
    for (quint64 to = 0; to <= largest; ++to) {
        for (quint64 from = 0; from <= to; ++from) {
            const auto proof = consistencyProof(nodes, from, to);
            QVERIFY2(isConsistent(from, roots[from], to, roots[to], *proof), (QByteArray::number(from) + ' ' + QByteArray::number(to)).constData());
        }
    }
}

void TestMerkleTree::proofsOfConsistencyProveNothingElse()
{
    const std::vector<Sha256> all = leaves(largest);
    const Nodes nodes = nodesOf(all);
    for (const quint64 to : std::initializer_list<quint64>{2, 3, 7, 8, 64, 65, 127, 130}) {
        const Sha256 whole = bruteRoot(all, 0, to);
        for (quint64 from = 1; from < to; ++from) {
            const Sha256 part = bruteRoot(all, 0, from);
            const Proof proof = *consistencyProof(nodes, from, to);
            QVERIFY(!isConsistent(from, flipped(part), to, whole, proof));
            QVERIFY(!isConsistent(from, part, to, flipped(whole), proof));
            QVERIFY(!isConsistent(to, whole, from, part, proof));
            QVERIFY(!isConsistent(from, part, to, whole, {}));
            for (std::size_t i = 0; i < proof.size(); ++i) {
                Proof changed = proof;
                changed[i] = flipped(changed[i]);
                QVERIFY(!isConsistent(from, part, to, whole, changed));
            }
        }
        QVERIFY(!isConsistent(to, whole, to, flipped(whole), {}));
    }
}

void TestMerkleTree::aFrontierGoesOn()
{
    const std::vector<Sha256> all = leaves(largest);
    const Nodes nodes = nodesOf(all);
    for (quint64 size = 0; size <= largest; ++size) {
        auto read = Frontier::of(nodes, size);
        auto kept = Frontier::of(size, read->hashes());
        QVERIFY(kept && !Frontier::of(size + 1, std::vector<Sha256>(read->hashes().size() + 9)));
        for (quint64 i = size; i < largest; ++i) {
            read->add(all[i]);
            kept->add(all[i]);
        }
        QCOMPARE(read->root(), bruteRoot(all, 0, largest));
        QCOMPARE(kept->root(), bruteRoot(all, 0, largest));
    }
}

void TestMerkleTree::aFrontierTellsOfItsSubtrees()
{
    const std::vector<Sha256> all = leaves(largest);
    const Nodes nodes = nodesOf(all);
    Frontier frontier;
    int told = 0;
    for (quint64 i = 0; i < largest; ++i) {
        frontier.add(all[i], [&](int level, quint64 place, const Sha256 &hash) {
            QCOMPARE((place + 1) << level, i + 1);
            QCOMPARE(hash, *nodes(level, place));
            ++told;
        });
    }
    QCOMPARE(told, 65 + 32 + 16 + 8 + 4 + 2 + 1);
}

AEGIS_TEST(TestMerkleTree)
#include "TestMerkleTree.moc"
