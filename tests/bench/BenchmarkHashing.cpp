#include "tests/bench/Benchmarks.h"
#include "tests/bench/HttpLoad.h"
#include "tests/bench/LoginClient.h"
#include "tests/bench/RawHashing.h"
#include "tests/bench/SignupClient.h"

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

constexpr int connections = 16;
constexpr int rounds = 3;

struct Measured {
    std::vector<double> perSecond;
    std::vector<double> ofRaw;

    void add(double rate, double raw)
    {
        perSecond.push_back(rate);
        ofRaw.push_back(rate / raw);
    }
    QString detail(const std::vector<double> &raw) const
    {
        return QStringLiteral("%1/s of %2/s").arg(median(perSecond), 0, 'f', 1).arg(median(raw), 0, 'f', 1);
    }
};

} // namespace

void measureHashing(Bench &bench)
{
    HttpLoad logins{.port = bench.server.port()}, signups{.port = bench.server.port()};
    for (int i = 0; i < connections; ++i) {
        logins.clients.push_back(std::make_unique<LoginClient>(bench.server.signUp()));
        signups.clients.push_back(std::make_unique<SignupClient>());
    }
    const bool sodiumIsFaster = rawHashesPerSecond(HashingLibrary::Sodium, 1s) >= rawHashesPerSecond(HashingLibrary::Argon2, 1s);
    const HashingLibrary faster = sodiumIsFaster ? HashingLibrary::Sodium : HashingLibrary::Argon2;

    Measured login, signup;
    std::vector<double> raw{rawHashesPerSecond(faster, 2s)};
    for (int round = 0; round < rounds; ++round) {
        run(logins, 3s);
        raw.push_back(rawHashesPerSecond(faster, 2s));
        login.add(logins.perSecond(), (raw[raw.size() - 2] + raw.back()) / 2);
        run(signups, 3s);
        raw.push_back(rawHashesPerSecond(faster, 2s));
        signup.add(signups.perSecond(), (raw[raw.size() - 2] + raw.back()) / 2);
    }
    const QString library = sodiumIsFaster ? QStringLiteral(" (libsodium)") : QStringLiteral(" (libargon2)");
    bench.report.add(QStringLiteral("login, of a bare loop of its hashes"), login.ofRaw, Report::Want::AtLeast, 0.95, {},
                     login.detail(raw) + library);
    bench.report.add(QStringLiteral("signup, of a bare loop of its hashes"), signup.ofRaw, Report::Want::AtLeast, 0.95, {},
                     signup.detail(raw) + library);
}

} // namespace aegis::bench
