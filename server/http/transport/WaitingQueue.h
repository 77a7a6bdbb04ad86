#pragma once

#include <list>

namespace aegis::http {

class GuardSocket;

/// The connections of one I/O thread that wait for their clients, in the order in which they began to. A change of place
/// allocates nothing, it happens twice a request.
class WaitingQueue {
public:
    /// What one connection knows of its place.
    class Member {
        friend class WaitingQueue;
        std::list<GuardSocket *>::iterator at;
        bool waits = false;
    };

    /// A new connection, which waits for nobody yet.
    Member add(GuardSocket *socket)
    {
        Member member;
        member.at = m_others.insert(m_others.end(), socket);
        return member;
    }
    /// It waits from now on, whether or not it did before.
    void wait(Member &member) { move(member, true); }
    /// It is worked on.
    void work(Member &member) { move(member, false); }
    void remove(Member &member) { (member.waits ? m_waiting : m_others).erase(member.at); }

    /// Who has waited longest; null when none waits.
    GuardSocket *longest() const { return m_waiting.empty() ? nullptr : m_waiting.front(); }

private:
    void move(Member &member, bool waits)
    {
        auto &to = waits ? m_waiting : m_others;
        to.splice(to.end(), member.waits ? m_waiting : m_others, member.at);
        member.waits = waits;
    }

    std::list<GuardSocket *> m_waiting;
    std::list<GuardSocket *> m_others;
};

} // namespace aegis::http
