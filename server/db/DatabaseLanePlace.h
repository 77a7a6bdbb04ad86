#pragma once

#include "server/db/DatabaseLane.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace aegis {

/// Their answers fit into what PostgreSQL sends at once.
inline constexpr std::size_t mostReadsTogether = 16;

/// `Turn turn(lane, deadline, read); co_await turn`: a connection, when it is one's turn; null when another read took this one along.
/// `overloaded` when too many wait, `handler_timeout` when the deadline has passed by then, `shutting_down`.
class DatabaseLane::Turn {
public:
    /// `read`: what another one may take along, if anything. It outlives the turn.
    Turn(DatabaseLane &lane, Deadline deadline, Transaction *read) : m_lane(lane), m_waiter{.deadline = deadline, .read = read} {}

    bool await_ready()
    {
        if (!m_lane.mayBegin(m_waiter) && !m_lane.m_isRefusing && m_lane.m_counters->waiting < m_lane.m_options->capacity)
            return false;
        m_waiter.connection.emplace(m_lane.takeAtOnce(m_waiter));
        return true;
    }
    void await_suspend(std::coroutine_handle<> awaiting)
    {
        m_waiter.awaiting = awaiting;
        m_lane.m_waiting.push_back(&m_waiter);
        ++m_lane.m_counters->waiting;
    }
    Result<LaneConnection *> await_resume() { return *std::move(m_waiter.connection); }

    /// Of one that was taken along; nothing when not all went well.
    std::optional<Rows> &answer() { return m_waiter.answer; }

private:
    DatabaseLane &m_lane;
    Waiter m_waiter;
};

/// A connection and the reads that were taken along on it. In the end it gives the connection to the next one, and the
/// answers to those who wait for them.
class DatabaseLane::Place {
public:
    Place(DatabaseLane &lane, LaneConnection &connection, bool isShared) : m_lane(lane), m_connection(connection), m_isShared(isShared) {}
    ~Place()
    {
        // The next one begins before the answers are made, so that the database has something to do meanwhile.
        m_lane.release(m_connection, m_isShared);
        resumeCompanions();
    }
    Place(const Place &) = delete;
    Place &operator=(const Place &) = delete;

    LaneConnection &connection() { return m_connection; }

    /// The commands of the transaction, and those of the reads that wait.
    std::vector<Command> withCompanions(const Transaction &transaction)
    {
        std::vector<Command> commands(transaction.begin(), transaction.end());
        if (m_isShared && !m_hasShared) {
            m_hasShared = true;
            m_companions = m_lane.takeReads(mostReadsTogether - 1);
            for (const Waiter *const companion : m_companions)
                std::move(companion->read->begin(), companion->read->end(), std::back_inserter(commands));
        }
        return commands;
    }
    bool hasCompanions() const { return !m_companions.empty(); }
    void answerCompanions(const std::vector<Rows> &answers)
    {
        for (std::size_t i = 0; i < m_companions.size(); ++i)
            m_companions[i]->answer = answers.at(2 * i + 3);
    }
    /// Without an answer each is run alone.
    void dismissCompanions(std::vector<Command> commands)
    {
        for (std::size_t i = 0; i < m_companions.size(); ++i)
            std::move(commands.begin() + 2 * qsizetype(i) + 2, commands.begin() + 2 * qsizetype(i) + 4, m_companions[i]->read->begin());
        resumeCompanions();
    }

private:
    void resumeCompanions()
    {
        for (Waiter *const companion : std::exchange(m_companions, {}))
            m_lane.answer(*companion, nullptr);
    }

    DatabaseLane &m_lane;
    LaneConnection &m_connection;
    const bool m_isShared;
    bool m_hasShared = false;
    std::vector<Waiter *> m_companions;
};

} // namespace aegis
