#include "server/async/EventLoop.h"
#include "server/http/transport/EpollDispatcher.h"
#include "tests/support/TestMain.h"

#include <QtCore/QSocketNotifier>
#include <QtCore/QThread>
#include <QtCore/QTimer>

#include <sys/socket.h>
#include <unistd.h>

#include <future>

using namespace aegis;
using namespace aegis::http;

/// Tests run their code on a thread with the dispatcher, and wait for what it promises.
class TestEpollDispatcher : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void runsWhatOtherThreadsPost();
    void runsWhatItPostsToItself();
    void firesTimersInTheirOrder();
    void firesARepeatedTimerUntilItIsStopped();
    void tellsOfBytesAndOfRoomToWrite();
    void survivesANotifierThatEndsAnother();
    void noticesADescriptorThatIsUsedAgain();

private:
    template <class T> bool waitFor(std::future<T> &future) { return future.wait_for(std::chrono::seconds(10)) == std::future_status::ready; }

    std::unique_ptr<QThread> m_thread;
    QObject *m_receiver = nullptr;
    int m_pair[2] = {-1, -1};
};

void TestEpollDispatcher::init()
{
    m_thread = std::make_unique<QThread>();
    m_thread->setEventDispatcher(new EpollDispatcher);
    m_receiver = new QObject;
    m_receiver->moveToThread(m_thread.get());
    m_thread->start();
    QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, m_pair), 0);
}

void TestEpollDispatcher::cleanup()
{
    m_receiver->deleteLater();
    m_thread->quit();
    QVERIFY(m_thread->wait(10'000));
    ::close(m_pair[0]);
    ::close(m_pair[1]);
}

void TestEpollDispatcher::runsWhatOtherThreadsPost()
{
    std::atomic<int> count = 0;
    std::promise<void> all;
    auto done = all.get_future();

    for (int i = 0; i < 1000; ++i) {
        QMetaObject::invokeMethod(m_receiver, [&] {
            if (++count == 1000)
                all.set_value();
        });
    }

    QVERIFY(waitFor(done));
}

void TestEpollDispatcher::runsWhatItPostsToItself()
{
    std::promise<void> promise;
    auto done = promise.get_future();

    QMetaObject::invokeMethod(m_receiver, [&] { EventLoop::current().post([&] { EventLoop::current().post([&] { promise.set_value(); }); }); });

    QVERIFY(waitFor(done));
}

void TestEpollDispatcher::firesTimersInTheirOrder()
{
    std::promise<QList<int>> promise;
    auto order = promise.get_future();
    QList<int> fired;

    QMetaObject::invokeMethod(m_receiver, [&] {
        QTimer::singleShot(60, m_receiver, [&] {
            fired.append(60);
            promise.set_value(fired);
        });
        QTimer::singleShot(20, m_receiver, [&] { fired.append(20); });
        QTimer::singleShot(0, m_receiver, [&] { fired.append(0); });
    });

    QVERIFY(waitFor(order));
    QCOMPARE(order.get(), (QList<int>{0, 20, 60}));
}

void TestEpollDispatcher::firesARepeatedTimerUntilItIsStopped()
{
    std::promise<int> promise;
    auto fired = promise.get_future();
    std::atomic<int> count = 0;

    QMetaObject::invokeMethod(m_receiver, [&] {
        auto *timer = new QTimer(m_receiver);
        QObject::connect(timer, &QTimer::timeout, timer, [&, timer] {
            if (++count == 3) {
                timer->stop();
                QTimer::singleShot(50, m_receiver, [&] { promise.set_value(count); });
            }
        });
        timer->start(5);
    });

    QVERIFY(waitFor(fired));
    QCOMPARE(fired.get(), 3);
}

void TestEpollDispatcher::tellsOfBytesAndOfRoomToWrite()
{
    std::promise<void> readable;
    std::promise<void> writable;
    auto read = readable.get_future();
    auto written = writable.get_future();

    QMetaObject::invokeMethod(m_receiver, [&] {
        auto *reading = new QSocketNotifier(m_pair[0], QSocketNotifier::Read, m_receiver);
        auto *writing = new QSocketNotifier(m_pair[0], QSocketNotifier::Write, m_receiver);
        QObject::connect(reading, &QSocketNotifier::activated, reading, [&, reading] {
            reading->setEnabled(false);
            readable.set_value();
        });
        QObject::connect(writing, &QSocketNotifier::activated, writing, [&, writing] {
            writing->setEnabled(false);
            writable.set_value();
        });
    });
    QVERIFY(waitFor(written));
    QCOMPARE(read.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
    QCOMPARE(::write(m_pair[1], "x", 1), ssize_t(1));

    QVERIFY(waitFor(read));
}

void TestEpollDispatcher::survivesANotifierThatEndsAnother()
{
    std::promise<void> promise;
    auto done = promise.get_future();

    QMetaObject::invokeMethod(m_receiver, [&] {
        auto *reading = new QSocketNotifier(m_pair[0], QSocketNotifier::Read, m_receiver);
        auto *writing = new QSocketNotifier(m_pair[0], QSocketNotifier::Write, m_receiver);
        QObject::connect(reading, &QSocketNotifier::activated, m_receiver, [&, reading, writing] {
            delete writing; // is due in the same turn
            reading->setEnabled(false);
            promise.set_value();
        });
        QObject::connect(writing, &QSocketNotifier::activated, m_receiver, [writing] { writing->setEnabled(false); });
        QCOMPARE(::write(m_pair[1], "x", 1), ssize_t(1));
    });

    QVERIFY(waitFor(done));
}

void TestEpollDispatcher::noticesADescriptorThatIsUsedAgain()
{
    std::promise<void> promise;
    auto done = promise.get_future();

    QMetaObject::invokeMethod(m_receiver, [&] {
        auto *before = new QSocketNotifier(m_pair[0], QSocketNotifier::Read, m_receiver);
        QTimer::singleShot(0, m_receiver, [&, before] { // the kernel watches it by now
            int other[2];
            QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, other), 0);
            delete before;
            QCOMPARE(::dup2(other[0], m_pair[0]), m_pair[0]); // the same number, another socket
            ::close(other[0]);
            auto *after = new QSocketNotifier(m_pair[0], QSocketNotifier::Read, m_receiver);
            QObject::connect(after, &QSocketNotifier::activated, after, [&, after] {
                after->setEnabled(false);
                promise.set_value();
            });
            QCOMPARE(::write(other[1], "x", 1), ssize_t(1));
            ::close(other[1]);
        });
    });

    QVERIFY(waitFor(done));
}

AEGIS_TEST(TestEpollDispatcher)
#include "TestEpollDispatcher.moc"
