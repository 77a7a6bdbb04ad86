#pragma once

#include "server/config/Settings.h"
#include "shared/result/Result.h"
#include "shared/time/Instant.h"

#include <QtCore/QString>

#include <functional>
#include <memory>
#include <optional>

namespace aegis {

struct Services;

/// A whole server: database, features, HTTP. `aegisd` runs one; so do the tests and the console's *This computer*.
/// Made, used and destroyed on one thread that runs an event loop.
class Application {
public:
    struct Options {
        std::function<Instant()> clock = systemNow;
        bool durable = true; ///< false only for tests: the embedded cluster does not wait for the disk
    };

    /// Starts everything and returns when requests are answered. The problem's detail is a sentence for the operator.
    static Result<std::unique_ptr<Application>> start(Settings settings, Options options);
    static Result<std::unique_ptr<Application>> start(Settings settings) { return start(std::move(settings), Options()); }
    /// Ends at once what drain() has not ended: what waits for a worker is refused (`shutting_down`), what a worker has begun
    /// is finished.
    ~Application();
    Application(const Application &) = delete;
    Application &operator=(const Application &) = delete;

    /// Where it answers, e.g. `http://127.0.0.1:8080`.
    QString url() const;

    /// The TLS certificate in use.
    struct Certificate {
        QString subject;
        Instant notAfter{};
        QString warning; ///< a sentence, when it is not good or not for long; else empty
    };
    /// Nothing when there is no TLS.
    const std::optional<Certificate> &certificate() const;

    /// What the features are made of, for who runs in this process: the console's *This computer*, and tests.
    Services &services();

    /// Reads certificate and key again; a problem leaves the old ones in use. Without TLS there is nothing to do.
    Result<void> reload();

    /// Not ready any more, no new connections, answers what is being worked on, then calls back.
    void drain(std::function<void()> done);

private:
    class Private;
    explicit Application(std::unique_ptr<Private> d);

    std::unique_ptr<Private> d;
};

} // namespace aegis
