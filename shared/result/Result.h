#pragma once

#include "shared/result/Problem.h"

#include <optional>
#include <utility>
#include <variant>

namespace aegis {

/// What a fallible function returns: a value, or the problem that stood in its way. An exception, by contrast, is a bug.
/// Nobody may ignore one. Thread rules are those of T.
template <class T> class [[nodiscard]] Result {
public:
    using Value = T;

    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Problem problem) : m_state(std::in_place_index<1>, std::move(problem)) {}
    Result(ProblemCode code) : m_state(std::in_place_index<1>, Problem(code)) {}

    bool ok() const noexcept { return m_state.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    T &value() & { return std::get<0>(m_state); }
    const T &value() const & { return std::get<0>(m_state); }
    T &&value() && { return std::get<0>(std::move(m_state)); }
    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }

    const Problem &problem() const & { return std::get<1>(m_state); }
    Problem &&problem() && { return std::get<1>(std::move(m_state)); }

private:
    std::variant<T, Problem> m_state;
};

/// Success without a value, or a problem.
template <> class [[nodiscard]] Result<void> {
public:
    using Value = void;

    Result() = default;
    Result(Problem problem) : m_problem(std::move(problem)) {}
    Result(ProblemCode code) : m_problem(Problem(code)) {}

    bool ok() const noexcept { return !m_problem; }
    explicit operator bool() const noexcept { return ok(); }
    void value() const noexcept {}

    const Problem &problem() const & { return *m_problem; }
    Problem &&problem() && { return *std::move(m_problem); }

private:
    std::optional<Problem> m_problem;
};

} // namespace aegis

#define AEGIS_JOIN_(a, b) a##b
#define AEGIS_JOIN(a, b) AEGIS_JOIN_(a, b)
#define AEGIS_TRY_(keyword, holder, declaration, ...) \
    auto holder = (__VA_ARGS__);                      \
    if (!(holder))                                    \
        keyword std::move(holder).problem();          \
    declaration = *std::move(holder) // NOLINT(bugprone-macro-parentheses): a declaration

#define AEGIS_CHECK_(keyword, holder, ...)      \
    if (auto holder = (__VA_ARGS__); !(holder)) \
    keyword std::move(holder).problem()

/// `TRY(const auto user, store.find(id));` declares `user` with the value, or returns the problem to the caller.
#define TRY(declaration, ...) AEGIS_TRY_(return, AEGIS_JOIN(tried_, __COUNTER__), declaration, __VA_ARGS__)
/// `CHECK(store.save(user));` goes on after success, or returns the problem to the caller.
#define CHECK(...) AEGIS_CHECK_(return, AEGIS_JOIN(checked_, __COUNTER__), __VA_ARGS__)
/// The same two inside a coroutine; the expression may hold a `co_await`.
#define CO_TRY(declaration, ...) AEGIS_TRY_(co_return, AEGIS_JOIN(tried_, __COUNTER__), declaration, __VA_ARGS__)
#define CO_CHECK(...) AEGIS_CHECK_(co_return, AEGIS_JOIN(checked_, __COUNTER__), __VA_ARGS__)
