#include "server/passwords/Calibration.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestCalibration : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void neverProposesLessThanTheDefault();
    void proposesWhatItMeasuredWithinTheTarget();
};

void TestCalibration::neverProposesLessThanTheDefault()
{
    const auto calibration = calibrate(std::chrono::milliseconds(0), 32 * 1024);

    QVERIFY_RESULT(calibration);
    QVERIFY(calibration->proposedArgon2 == Argon2Cost{});
    QCOMPARE(calibration->proposedBcryptRounds, PasswordParameters{}.bcryptRounds);
    QVERIFY(!calibration->defaultFitsTarget);
    QCOMPARE(calibration->argon2.size(), std::size_t(1));
    QVERIFY(calibration->argon2.front().time.count() > 0);
    QVERIFY(calibration->cores >= 1);
}

void TestCalibration::proposesWhatItMeasuredWithinTheTarget()
{
    const auto target = std::chrono::milliseconds(60);

    const auto calibration = calibrate(target, 32 * 1024);

    QVERIFY_RESULT(calibration);
    QVERIFY(isAcceptableCost(calibration->proposedArgon2));
    QVERIFY(isAcceptableBcryptRounds(calibration->proposedBcryptRounds));
    for (const Calibration::Measurement &measured : calibration->argon2) {
        QVERIFY(measured.cost.memoryKib <= 32 * 1024);
        if (measured.cost == calibration->proposedArgon2 && calibration->defaultFitsTarget)
            QVERIFY(measured.time <= target);
    }
}

AEGIS_TEST(TestCalibration)
#include "TestCalibration.moc"
