#pragma once

#include <barrier>
#include <functional>
#include <thread>
#include <vector>

namespace aegis::test {

/// Calls the function with 0, 1, ... `count` - 1 at the same moment, each on a thread of its own, and gives what they
/// returned, in that order.
template <class Function> auto together(int count, Function function)
{
    std::vector<std::invoke_result_t<Function &, int>> answers(static_cast<std::size_t>(count));
    std::barrier start(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            answers[static_cast<std::size_t>(i)] = function(i);
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    return answers;
}

} // namespace aegis::test
