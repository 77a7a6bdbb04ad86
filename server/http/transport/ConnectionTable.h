#pragma once

#include <QtCore/QHash>
#include <QtNetwork/QHostAddress>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace aegis::http {

/// Counts the connections of a server, in all and for each address, and refuses what is too many. Thread-safe.
class ConnectionTable : public std::enable_shared_from_this<ConnectionTable> {
public:
    /// Holds the place of one connection, and gives it back when it goes. A request that is still worked on holds it
    /// too, so a client cannot pile up work by connecting, asking and leaving.
    class Place {
    public:
        Place(std::shared_ptr<ConnectionTable> table, std::optional<quint64> key) : m_table(std::move(table)), m_key(key) {}
        ~Place() { m_table->release(m_key); }
        Place(const Place &) = delete;
        Place &operator=(const Place &) = delete;

    private:
        const std::shared_ptr<ConnectionTable> m_table;
        const std::optional<quint64> m_key; ///< nothing: not counted by address
    };

    /// `isExempt`: whose connections count in all, but not by address; it must be thread-safe.
    ConnectionTable(int connections, int connectionsPerAddress, std::function<bool(const QHostAddress &)> isExempt = nullptr) :
        m_limit(connections), m_limitPerAddress(connectionsPerAddress), m_isExempt(std::move(isExempt))
    {
    }

    /// A place for a connection from there; null when there is none left.
    std::shared_ptr<Place> take(const QHostAddress &address);
    /// Places that are taken.
    int total() const;

private:
    void release(std::optional<quint64> key);

    const int m_limit;
    const int m_limitPerAddress;
    const std::function<bool(const QHostAddress &)> m_isExempt;
    mutable std::mutex m_mutex;
    QHash<quint64, int> m_perAddress;
    int m_total = 0;
};

} // namespace aegis::http
