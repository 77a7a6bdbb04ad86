#pragma once

#include "tests/bench/HttpAnswer.h"

#include <QtCore/QByteArray>

namespace aegis::bench {

/// What one connection of a load says. Its methods are called in turn, on the thread of the load.
class Client {
public:
    Client() = default;
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;
    virtual ~Client() = default;

    /// The next request, whole.
    virtual QByteArray request() = 0;
    /// Hears the answer to it; false: it was not the one that was wanted.
    virtual bool hear(const HttpAnswer &answer) = 0;
};

} // namespace aegis::bench
