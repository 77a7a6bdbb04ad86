#include "server/audit/TrailVerdict.h"

#include "shared/ids/Uuid.h"

#include <QtCore/QStringList>

namespace aegis {

QLatin1String nameOf(TrailFaultKind kind)
{
    switch (kind) {
    case TrailFaultKind::Edited:
        return QLatin1String("edited");
    case TrailFaultKind::Deleted:
        return QLatin1String("deleted");
    case TrailFaultKind::Inserted:
        return QLatin1String("inserted");
    case TrailFaultKind::Reordered:
        return QLatin1String("reordered");
    case TrailFaultKind::Unsealed:
        return QLatin1String("unsealed");
    case TrailFaultKind::Truncated:
        return QLatin1String("truncated");
    case TrailFaultKind::ClockRollback:
        return QLatin1String("clock_rollback");
    case TrailFaultKind::WrongRoot:
        return QLatin1String("wrong_root");
    case TrailFaultKind::WrongChain:
        return QLatin1String("wrong_chain");
    case TrailFaultKind::WrongSignature:
        return QLatin1String("wrong_signature");
    case TrailFaultKind::UnknownKey:
        return QLatin1String("unknown_key");
    case TrailFaultKind::OtherHistory:
        return QLatin1String("other_history");
    case TrailFaultKind::Unreadable:
        return QLatin1String("unreadable");
    }
    Q_UNREACHABLE();
}

QString TrailFault::line() const
{
    QString line = nameOf(kind);
    if (sequence > 0)
        line += QStringLiteral("  seal %1").arg(sequence);
    if (!event.isNull())
        line += QStringLiteral("  event %1").arg(QString::fromLatin1(uuidText(event)));
    return line + QStringLiteral("  ") + text;
}

QStringList TrailVerdict::lines() const
{
    QStringList lines;
    if (isWhole())
        lines.append(
            QStringLiteral("WHOLE: %1 events in %2 seals are what was sealed, in that order, and none is missing.").arg(events + digests).arg(seals));
    else
        lines.append(QStringLiteral("NOT WHOLE: %1 %2 found.")
                         .arg(faultCount)
                         .arg(faultCount == 1 ? QStringLiteral("fault was") : QStringLiteral("faults were")));
    for (const TrailFault &fault : faults)
        lines.append(QStringLiteral("  ") + fault.line());
    if (faultCount > faults.size())
        lines.append(QStringLiteral("  and %1 more").arg(faultCount - faults.size()));
    if (digests > 0)
        lines.append(QStringLiteral("Of %1 events only the digest is left: they are older than the oldest day that is kept.").arg(digests));
    if (unsealed > 0)
        lines.append(QStringLiteral("%1 events are not sealed yet, so nothing is said of them.").arg(unsealed));
    if (head) {
        lines.append(QStringLiteral("Head: seal %1, %2 events, root %3, %4, key %5")
                         .arg(head->sequence)
                         .arg(head->size)
                         .arg(QString::fromLatin1(hexOf(head->root)), QString::fromLatin1(toRfc3339(head->time)), QString::fromLatin1(head->keyId)));
        if (!isPinned)
            lines.append(
                QStringLiteral("The key is the trail's own: compare it with the one that the server publishes, or give --key or --head. A trail "
                               "that was forged whole has another one."));
        if (!isHeadKept)
            lines.append(QStringLiteral("Without --head nothing is said of what was cut off after this head. Keep it: aegisd audit head"));
    }
    return lines;
}

} // namespace aegis
