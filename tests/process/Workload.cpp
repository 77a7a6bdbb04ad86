#include "tests/process/Workload.h"

namespace aegis::test {
namespace {

/// Who is told to come again later does not come at once: the processor is needed for what is being mended.
constexpr std::chrono::milliseconds pauseAfterRefusal{50};

QByteArray idempotencyKey(const QByteArray &name)
{
    return "Idempotency-Key: key-of-the-signup-" + name + "\r\n";
}

/// What a server may say whose database has gone away.
bool isExcuse(const ApiAnswer &answer)
{
    return answer.status == 503
        && (answer.code == "database_unavailable" || answer.code == "overloaded" || answer.code == "outcome_unknown"
            || answer.code == "revocation_unavailable");
}

} // namespace

Workload::Workload(quint16 port, const QByteArray &prefix, int clients) : m_port(port), m_prefix(prefix)
{
    for (int client = 0; client < clients; ++client)
        m_threads.emplace_back([this, client] { work(client); });
}

Workload::~Workload()
{
    stop();
}

void Workload::stop()
{
    m_stopping = true;
    for (std::thread &thread : m_threads)
        thread.join();
    m_threads.clear();
}

bool Workload::waitForSuccesses(int more, std::chrono::seconds patience)
{
    std::unique_lock lock(m_mutex);
    const int wanted = m_successes + more;
    m_progress.wait_for(lock, patience, [&] { return m_successes >= wanted || m_losses > 0; });
    return m_successes >= wanted;
}

QByteArray Workload::tally() const
{
    return QByteArray::number(m_successes) + " successes, " + QByteArray::number(m_refusals) + " answers with 503, " + QByteArray::number(m_losses)
        + " requests without an answer (" + m_lost.join("; ") + "); " + m_surprises.join(QStringLiteral("; ")).toUtf8();
}

void Workload::work(int client)
{
    ApiClient api(m_port);
    for (int number = 0; !m_stopping; ++number) {
        Promise promise = live(api, m_prefix + '-' + QByteArray::number(client) + '-' + QByteArray::number(number), number);
        const std::lock_guard lock(m_mutex);
        m_promises.push_back(std::move(promise));
    }
}

Promise Workload::live(ApiClient &client, const QByteArray &name, int number)
{
    Promise promise{.name = name, .isSignedUp = false, .accessToken = {}, .refreshToken = {}, .isLoggedOut = false, .logoutIsUnknown = false};
    ApiAnswer signup = client.signup(name, idempotencyKey(name));
    while (!isSuccess("signup", signup, 201)) {
        if (!isExcuse(signup) || m_stopping)
            return promise;
        std::this_thread::sleep_for(pauseAfterRefusal);
        signup = client.signup(name, idempotencyKey(name)); // what the answer asks for: the same again
    }
    promise.isSignedUp = true;
    promise.accessToken = signup.text("accessToken");
    promise.refreshToken = signup.text("refreshToken");
    for (int i = 0; i < 4 && !m_stopping; ++i) {
        const ApiAnswer refreshed = client.refresh(promise.refreshToken);
        if (!isSuccess("refresh", refreshed, 200))
            return promise; // as it is: the grace covers an answer that was lost
        promise.accessToken = refreshed.text("accessToken");
        promise.refreshToken = refreshed.text("refreshToken");
    }
    if (number % 3 == 2) {
        promise.isLoggedOut = isSuccess("logout", client.logout(promise.accessToken), 204);
        promise.logoutIsUnknown = !promise.isLoggedOut;
    }
    return promise;
}

bool Workload::isSuccess(const char *what, const ApiAnswer &answer, int wanted)
{
    const std::lock_guard lock(m_mutex);
    if (answer.status == wanted) {
        ++m_successes;
        m_progress.notify_all();
        return true;
    }
    if (answer.status == 0) {
        ++m_losses;
        m_lost.append(QByteArray(what) + " after " + QByteArray::number(answer.duration.count()) + " ms");
        m_stopping = true;
        m_progress.notify_all();
    } else if (isExcuse(answer)) {
        ++m_refusals;
    } else {
        m_surprises.append(QStringLiteral("%1: %2 %3").arg(QLatin1String(what), QString::number(answer.status), QString::fromUtf8(answer.raw.body)));
    }
    return false;
}

QStringList Workload::broken(quint16 port, const std::vector<Promise> &promises)
{
    QStringList broken;
    ApiClient client(port);
    const auto expect = [&](const Promise &promise, const char *what, const ApiAnswer &answer, int status, const char *code = "") {
        if (answer.status != status || answer.code != code) {
            broken.append(QStringLiteral("%1 of %2: %3 %4 instead of %5 %6")
                              .arg(QLatin1String(what), QString::fromUtf8(promise.name))
                              .arg(answer.status)
                              .arg(QString::fromUtf8(answer.code))
                              .arg(status)
                              .arg(QLatin1String(code)));
        }
    };
    for (const Promise &promise : promises) {
        if (!promise.isSignedUp) // whether it was carried out or not: the same key carries it out once
            expect(promise, "signup with the same key", client.signup(promise.name, idempotencyKey(promise.name)), 201);
        expect(promise, "login", client.login(promise.name), 200);
        if (promise.isLoggedOut) {
            expect(promise, "refresh after logout", client.refresh(promise.refreshToken), 401, "invalid_refresh_token");
            expect(promise, "verify after logout", client.verify(promise.accessToken), 401, "invalid_token");
        } else if (promise.isSignedUp && !promise.logoutIsUnknown) {
            expect(promise, "refresh", client.refresh(promise.refreshToken), 200);
            expect(promise, "verify", client.verify(promise.accessToken), 204);
        }
    }
    return broken;
}

} // namespace aegis::test
