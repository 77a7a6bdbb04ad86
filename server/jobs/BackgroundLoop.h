#pragma once

#include "shared/result/Result.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace aegis {

/// A thread that does the same step again and again, with a pause in between. What fails is tried again after the pause,
/// and said in the log once when it begins to fail, again when the reason is another one, and once when it is well again.
class BackgroundLoop {
public:
    struct Options {
        std::string name; ///< of the thread and in the log, at most 15 characters
        std::chrono::milliseconds pause{};
        std::function<Result<void>()> step;            ///< runs on the thread; an exception counts as a failure
        std::chrono::milliseconds pauseAfterFailure{}; ///< 0: as after a success
    };

    explicit BackgroundLoop(Options options);
    /// Ends after the step that is under way.
    ~BackgroundLoop();
    BackgroundLoop(const BackgroundLoop &) = delete;
    BackgroundLoop &operator=(const BackgroundLoop &) = delete;

    /// Starts the thread and waits for its first step; when that fails, the thread ends and the problem is given.
    Result<void> start();
    /// Starts the thread and does not wait: a first step that fails is as any later one.
    void startInBackground();
    /// Ends the pause, or the next one. However often this is called, a step begins at most each 20 ms. Any thread.
    void wake();

private:
    Result<void> runStep() const;
    void work();

    const Options m_options;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stopping = false;
    bool m_woken = false;
    std::thread m_thread;
};

} // namespace aegis
