#include "tests/bench/Benchmarks.h"
#include "tests/bench/CpuShares.h"
#include "tests/bench/HttpLoad.h"
#include "tests/bench/LoginClient.h"
#include "tests/bench/NativeArgon2.h"
#include "tests/bench/RawHashing.h"
#include "tests/bench/SignupClient.h"

#include <cstdio>

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 3;
constexpr auto rawTime = 2s;
constexpr auto loadTime = 3s;

/// A kind of request, and what came of it in each round.
struct Requests {
    const char *name;
    HttpLoad load;
    std::vector<double> perSecond;
    std::vector<double> ofOwn;
    std::vector<double> ofPackaged;
    std::vector<double> spread; ///< p99 / p50
    QString shares;             ///< of the last round

    int connections() const { return static_cast<int>(load.clients.size()); }
    QString title() const { return QStringLiteral("%1 with %2 connections").arg(QLatin1String(name)).arg(connections()); }
    QString detail(const std::vector<double> &raw, const QString &library) const
    {
        return QStringLiteral("%1/s (%2) of %3/s (%4)").arg(median(perSecond), 0, 'f', 1).arg(shares).arg(median(raw), 0, 'f', 1).arg(library);
    }
};

/// The bare loops, each round after round.
struct Raw {
    std::vector<double> own;
    std::vector<double> native;
    std::vector<double> sodium;
    std::vector<double> packaged; ///< the faster of libsodium and libargon2
    std::vector<double> ownOfNative;
    std::vector<double> ownOfSodium;

    void measure()
    {
        own.push_back(rawHashesPerSecond(HashingLibrary::Own, rawTime));
        sodium.push_back(rawHashesPerSecond(HashingLibrary::Sodium, rawTime));
        packaged.push_back(std::max(sodium.back(), rawHashesPerSecond(HashingLibrary::Argon2, rawTime)));
        ownOfSodium.push_back(own.back() / sodium.back());
        if (NativeArgon2::isHere()) {
            native.push_back(rawHashesPerSecond(HashingLibrary::NativeArgon2, rawTime));
            ownOfNative.push_back(own.back() / native.back());
        }
    }
};

void reportRaw(Report &report, const Raw &raw)
{
    const auto detail = [](const std::vector<double> &own, const std::vector<double> &other) {
        return QStringLiteral("%1/s of %2/s").arg(median(own), 0, 'f', 1).arg(median(other), 0, 'f', 1);
    };
    if (raw.native.empty())
        std::fprintf(stderr, "Left out: Argon2id against libargon2 compiled for this machine, which the build does not have.\n");
    else
        report.add(QStringLiteral("own Argon2id, of libargon2 compiled for this machine"), raw.ownOfNative, Report::Want::AtLeast, 0.95, {},
                   detail(raw.own, raw.native));
    report.add(QStringLiteral("own Argon2id, of libsodium"), raw.ownOfSodium, Report::Want::AtLeast, 1.75, {}, detail(raw.own, raw.sodium));
}

} // namespace

void measureHashing(Bench &bench)
{
    std::vector<Requests> kinds;
    for (const int connections : {16, 64}) {
        kinds.push_back(
            {.name = "login", .load = {.port = bench.server.port()}, .perSecond = {}, .ofOwn = {}, .ofPackaged = {}, .spread = {}, .shares = {}});
        kinds.push_back(
            {.name = "signup", .load = {.port = bench.server.port()}, .perSecond = {}, .ofOwn = {}, .ofPackaged = {}, .spread = {}, .shares = {}});
        for (int i = 0; i < connections; ++i) {
            kinds[kinds.size() - 2].load.clients.push_back(std::make_unique<LoginClient>(bench.server.signUp()));
            kinds.back().load.clients.push_back(std::make_unique<SignupClient>());
        }
    }

    Raw raw;
    for (int round = 0; round < rounds; ++round) {
        raw.measure();
        for (Requests &kind : kinds) {
            const double before = rawHashesPerSecond(HashingLibrary::Own, rawTime);
            kind.load.latencies.clear();
            const CpuShares begin = CpuShares::now(bench.server);
            run(kind.load, loadTime);
            kind.shares = (CpuShares::now(bench.server) - begin).ofOne(static_cast<double>(kind.load.latencies.count()));
            const double after = rawHashesPerSecond(HashingLibrary::Own, rawTime);
            kind.perSecond.push_back(kind.load.perSecond());
            kind.ofOwn.push_back(kind.load.perSecond() / ((before + after) / 2));
            kind.ofPackaged.push_back(kind.load.perSecond() / raw.packaged.back());
            kind.spread.push_back(kind.load.latencies.percentile(0.99) / kind.load.latencies.percentile(0.5));
        }
    }

    reportRaw(bench.report, raw);
    for (const Requests &kind : kinds) {
        bench.report.add(kind.title() + QStringLiteral(", of a bare loop of its hashes"), kind.ofOwn, Report::Want::AtLeast, 0.97, {},
                         kind.detail(raw.own, QStringLiteral("own")));
        if (kind.connections() > 16)
            continue;
        bench.report.add(kind.title() + QStringLiteral(", of a bare loop over the faster packaged library"), kind.ofPackaged, Report::Want::AtLeast,
                         0.95, {}, kind.detail(raw.packaged, QStringLiteral("packaged")));
        if (kind.name == std::string_view("login"))
            bench.report.add(kind.title() + QStringLiteral(", p99 of p50"), kind.spread, Report::Want::AtMost, 2.5, {},
                             QStringLiteral("half within %1 ms").arg(kind.load.latencies.percentile(0.5), 0, 'f', 1));
    }
}

} // namespace aegis::bench
