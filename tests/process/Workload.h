#pragma once

#include "tests/process/ApiClient.h"

#include <QtCore/QStringList>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace aegis::test {

/// What one person was told by a server, and so has a right to.
struct Promise {
    QByteArray name;
    bool isSignedUp = false;
    QByteArray accessToken;
    QByteArray refreshToken; ///< the last one that was answered
    bool isLoggedOut = false;
    bool logoutIsUnknown = false; ///< it was asked for, and the answer never came
};

/// Clients that sign up, refresh and log out without pause, and write down what they were promised. They stop when the
/// server is gone; one that is only unavailable is asked again.
class Workload {
public:
    /// Names are made from the prefix; each one signs up once.
    Workload(quint16 port, const QByteArray &prefix, int clients = 3);
    ~Workload();
    Workload(const Workload &) = delete;
    Workload &operator=(const Workload &) = delete;

    /// Waits until so many more requests have been answered as they should be; false as soon as one has no answer.
    bool waitForSuccesses(int more, std::chrono::seconds patience = std::chrono::seconds(30));
    /// Ends after the requests under way. Call it before the rest of these.
    void stop();

    const std::vector<Promise> &promises() const { return m_promises; }
    /// Answers that were neither a success nor what a server without its database may say, a line each.
    QStringList surprises() const { return m_surprises; }
    /// All of these counts in a line, for the message of a test that fails.
    QByteArray tally() const;
    int refusals() const { return m_refusals; } ///< answers with 503
    int losses() const { return m_losses; }     ///< requests without an answer

    /// Which promises the server does not keep, a sentence each.
    static QStringList broken(quint16 port, const std::vector<Promise> &promises);

private:
    void work(int client);
    Promise live(ApiClient &client, const QByteArray &name, int number);
    /// Notes what came of a request; whether it was this success.
    bool isSuccess(const char *what, const ApiAnswer &answer, int wanted);

    const quint16 m_port;
    const QByteArray m_prefix;
    std::atomic<bool> m_stopping{false};
    std::vector<std::thread> m_threads;

    std::mutex m_mutex;
    std::condition_variable m_progress;
    int m_successes = 0;
    int m_refusals = 0;
    int m_losses = 0;
    QByteArrayList m_lost; ///< what each of these was, and how long it took to get nothing
    std::vector<Promise> m_promises;
    QStringList m_surprises;
};

} // namespace aegis::test
