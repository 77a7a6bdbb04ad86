#pragma once

#include "server/async/Task.h"

#include <QtCore/QEventLoop>

#include <optional>

namespace aegis::test {

/// Runs a task to its end, with this thread's event loop, and gives its answer.
template <class T> T await(Task<T> task)
{
    std::optional<T> answer;
    std::exception_ptr failure;
    QEventLoop loop;
    bool isDone = false;
    spawn(std::move(task), [&](std::optional<T> value, std::exception_ptr exception) {
        answer = std::move(value);
        failure = exception;
        isDone = true;
        loop.quit();
    });
    if (!isDone)
        loop.exec();
    if (failure)
        std::rethrow_exception(failure);
    return *std::move(answer);
}

} // namespace aegis::test
