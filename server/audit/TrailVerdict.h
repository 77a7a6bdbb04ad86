#pragma once

#include "server/audit/Seal.h"

#include <QtCore/QString>
#include <QtCore/QUuid>

#include <vector>

namespace aegis {

/// What can be wrong with an audit trail.
enum class TrailFaultKind {
    Edited,        ///< an event is not what was sealed
    Deleted,       ///< a sealed event is gone
    Inserted,      ///< an event that no seal covers is among those that seals cover
    Reordered,     ///< an event is not in the place in which it was sealed
    Unsealed,      ///< events have waited for their seal for too long
    Truncated,     ///< the trail ends before what was seen of it
    ClockRollback, ///< a seal is dated before the one before it
    WrongRoot,     ///< the digests of a seal do not make the root that it signs
    WrongChain,    ///< a seal does not follow the one before it
    WrongSignature,
    UnknownKey,   ///< signed with a key that does not lead back to one that is trusted
    OtherHistory, ///< the kept head is not on the chain
    Unreadable,   ///< a line of an export is none, or an event's bytes are made in an unknown way
};

/// `edited`, `clock_rollback`, ...
QLatin1String nameOf(TrailFaultKind kind);

struct TrailFault {
    TrailFaultKind kind;
    qint64 sequence = 0; ///< of the seal; 0: of none
    QUuid event;         ///< nil: about none
    QString text;        ///< a sentence

    /// In one line.
    QString line() const;
};

/// What a verification has found.
struct TrailVerdict {
    static constexpr std::size_t mostFaults = 20;

    std::vector<TrailFault> faults; ///< the first ones
    quint64 faultCount = 0;
    quint64 events = 0;   ///< verified whole
    quint64 digests = 0;  ///< of which only the digest is left: their day was dropped
    quint64 unsealed = 0; ///< younger than the last seal
    qint64 seals = 0;
    std::optional<Seal> head; ///< the last one
    bool isPinned = false;    ///< its key leads back to one that was trusted beforehand
    bool isHeadKept = false;  ///< a kept head was on the chain

    bool isWhole() const { return faultCount == 0; }
    void add(TrailFault fault)
    {
        ++faultCount;
        if (faults.size() < mostFaults)
            faults.push_back(std::move(fault));
    }
    /// For a person: the verdict first, then each fault.
    QStringList lines() const;
};

} // namespace aegis
