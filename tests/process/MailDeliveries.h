#pragma once

#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/SmtpServer.h"

namespace aegis::test {

/// Settings of a server that sends through that one, and soon tries again.
inline ServerProcess::Environment settingsFor(const SmtpServer &mails, const ServerProcess::Environment &more = {})
{
    ServerProcess::Environment settings = mails.settings();
    settings["MAIL_RETRY_FIRST"] = "50ms";
    for (const auto &[name, value] : more)
        settings[name] = value;
    return settings;
}

/// Has a mail with a token sent to that person.
inline bool askFor(const ServerProcess &server, const QByteArray &name)
{
    ApiClient client(server.port());
    return client.post("/auth/password/forgot", {{QStringLiteral("email"), ApiClient::email(name)}}).status == 202;
}

inline bool signUp(const ServerProcess &server, const QByteArray &name)
{
    ApiClient client(server.port());
    return client.signup(name).status == 201;
}

/// Of all mails that have come, in that order.
inline QStringList recipients(const SmtpServer &mails)
{
    QStringList all;
    for (const ReceivedMail &mail : mails.mails())
        all.append(mail.to);
    return all;
}

} // namespace aegis::test
