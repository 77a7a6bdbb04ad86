#include "server/cli/CalibrationReport.h"

#include <algorithm>

namespace aegis {
namespace {

double inMilliseconds(std::chrono::microseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

QString row(const QString &what, std::chrono::microseconds time, int cores)
{
    const double each = std::max(inMilliseconds(time), 0.001);
    return QStringLiteral("  %1 %2 ms   %3 a second on all cores\n")
        .arg(what.leftJustified(40))
        .arg(each, 8, 'f', 1)
        .arg(cores * 1000.0 / each, 7, 'f', 1);
}

/// Who computes, and how fast the others would.
QString engineRows(const Calibration &calibration)
{
    QString page;
    for (const auto &[engine, time] : calibration.engines) {
        const auto &failed = calibration.choice.failed;
        const QString says = engine == calibration.choice.engine              ? QStringLiteral(" (in use)")
            : std::find(failed.begin(), failed.end(), engine) != failed.end() ? QStringLiteral(" (computes wrongly here, not used)")
                                                                              : QString();
        page += row(nameOf(engine) + says, time, calibration.cores);
    }
    return page;
}

} // namespace

QString calibrationReport(const Calibration &calibration, std::chrono::milliseconds target)
{
    QString page = QStringLiteral("Argon2id with the default cost, by each engine that this machine has (ARGON2_ENGINE=auto):\n");
    page += engineRows(calibration);
    page += QStringLiteral("\nOne hash on one of %1 cores:\n").arg(calibration.cores);
    for (const auto &[cost, time] : calibration.argon2)
        page += row(QStringLiteral("Argon2id, %1 KiB, %2 %3, %4 %5")
                        .arg(cost.memoryKib)
                        .arg(cost.passes)
                        .arg(cost.passes == 1 ? QStringLiteral("pass") : QStringLiteral("passes"))
                        .arg(cost.lanes)
                        .arg(cost.lanes == 1 ? QStringLiteral("lane") : QStringLiteral("lanes")),
                    time, calibration.cores);
    for (const auto &[rounds, time] : calibration.bcrypt)
        page += row(QStringLiteral("bcrypt, %1 rounds").arg(rounds), time, calibration.cores);

    page += calibration.defaultFitsTarget
        ? QStringLiteral("\nThe strongest that stay within %1 ms:\n").arg(target.count())
        : QStringLiteral("\nThe strongest that stay within %1 ms, but never below the defaults:\n").arg(target.count());
    page += QStringLiteral("ARGON2_MEMORY_KIB=%1\nARGON2_ITERATIONS=%2\nARGON2_PARALLELISM=%3\nBCRYPT_ROUNDS=%4\n")
                .arg(calibration.proposedArgon2.memoryKib)
                .arg(calibration.proposedArgon2.passes)
                .arg(calibration.proposedArgon2.lanes)
                .arg(calibration.proposedBcryptRounds);
    if (!calibration.defaultFitsTarget)
        page += QStringLiteral("\nA default takes longer than that on this machine. It should not be lowered: logins are slower here.\n");
    return page;
}

} // namespace aegis
