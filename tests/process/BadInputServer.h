#pragma once

#include "shared/endpoints/Endpoints.h"
#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <memory>
#include <vector>

namespace aegis::test {

/// A real server that is fed with rubbish: it must refuse rightly, store nothing, and answer the next request. Its `init` and
/// `cleanup` stand around each row of the tests that have it; they, and check(), fail the running test by themselves.
class BadInputServer {
public:
    /// Starts it, with one account and one session that live through it all.
    void initTestCase();
    void init() { m_before = m_database->rowCounts(); }
    /// Nothing was stored but what expectMore() said, and the server runs.
    void cleanup();
    /// It has met no bug of its own, and ends well.
    void cleanupTestCase();

    quint16 port() const { return m_server.port(); }
    AdminDatabase &database() { return *m_database; }
    const QByteArray &accessToken() const { return m_accessToken; }
    const QByteArray &refreshToken() const { return m_refreshToken; }
    /// Rows, by table, that this test adds rightly.
    void expectMore(const QMap<QString, qint64> &rows) { m_expectedMore = rows; }

    static std::vector<const EndpointInfo *> posts();
    static QByteArray pathOf(const EndpointInfo &endpoint);
    static QByteArray text(const QJsonObject &object);
    /// A body that would be carried out; empty when this class does not know one, which is to be mended here.
    QJsonObject goodBody(QByteArrayView path) const;
    /// Request line and fields, with a token where the endpoint needs one; and the same with a body.
    QByteArray head(const EndpointInfo &endpoint, const QByteArray &fields) const;
    QByteArray message(const EndpointInfo &endpoint, const QByteArray &body, const QByteArray &fields = "Content-Type: application/json\r\n") const;

    /// The columns bytes, status, code and closes, a row of them, and what is to come of one.
    static void addColumns();
    static void addRow(const QByteArray &name, const QByteArray &bytes, int status, const char *code, bool closes = false);
    void checkRow() const;
    void check(const QByteArray &bytes, int status, const QByteArray &code, bool closes) const;

private:
    DataDirectory m_directory;
    ServerProcess m_server{m_directory, {{"HTTP_BODY_TIMEOUT", "1s"}, {"HTTP_HEAD_TIMEOUT", "1s"}}};
    std::unique_ptr<AdminDatabase> m_database;
    QMap<QString, qint64> m_before;
    QMap<QString, qint64> m_expectedMore;
    QByteArray m_accessToken;
    QByteArray m_refreshToken;
};

} // namespace aegis::test
