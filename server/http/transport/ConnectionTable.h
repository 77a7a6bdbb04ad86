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
    struct Options {
        int connections = 0;           ///< in all
        int connectionsPerAddress = 0; ///< of one IPv4 address or IPv6 /64; four times as many of an IPv6 /48
        /// Whose connections count in all, but not by address; it must be thread-safe.
        std::function<bool(const QHostAddress &)> isProxy = nullptr;
    };

    /// Who counts as one. A /64 is what a household or host is given, a /48 what a company is, and what a tunnel gives to
    /// anybody: with it alone somebody has 65,536 networks.
    struct Keys {
        quint64 network = 0;         ///< an IPv4 address, or the /64 of an IPv6 address
        std::optional<quint64> site; ///< the /48 of an IPv6 address
    };

    /// Holds the place of one connection, and gives it back when it goes. A request that is still worked on holds it
    /// too, so a client cannot pile up work by connecting, asking and leaving.
    class Place {
    public:
        Place(std::shared_ptr<ConnectionTable> table, std::optional<Keys> keys, bool preferred) :
            m_table(std::move(table)), m_keys(keys), m_preferred(preferred)
        {
        }
        ~Place() { m_table->release(*this); }
        Place(const Place &) = delete;
        Place &operator=(const Place &) = delete;

        /// True for this machine (127.0.0.1, ::1) and for proxies: some places are kept for them, and none of theirs is given to others.
        bool isPreferred() const { return m_preferred; }

    private:
        friend class ConnectionTable;

        const std::shared_ptr<ConnectionTable> m_table;
        const std::optional<Keys> m_keys; ///< nothing: not counted by address
        const bool m_preferred;
    };

    explicit ConnectionTable(Options options);

    /// A place for a connection from there; null when there is none left.
    std::shared_ptr<Place> take(const QHostAddress &address);
    /// True when one from there has no place although its address may have more: it had one if another connection ended.
    bool isFullFor(const QHostAddress &address) const;
    /// Places that are taken.
    int total() const;

private:
    bool hasRoom(bool preferred) const;
    bool mayHaveMore(const Keys &keys) const;
    std::optional<Keys> keysOf(const QHostAddress &address) const;
    bool isPreferred(const QHostAddress &address) const;
    void release(const Place &place);

    const Options m_options;
    const int m_reserved; ///< places that are kept for the preferred
    mutable std::mutex m_mutex;
    QHash<quint64, int> m_perNetwork;
    QHash<quint64, int> m_perSite;
    int m_preferred = 0; ///< places that the preferred have
    int m_total = 0;
};

} // namespace aegis::http
