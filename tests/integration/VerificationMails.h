#pragma once

#include "tests/support/MailBox.h"
#include "tests/support/TestServer.h"

namespace aegis::test {

/// `POST /auth/email/verify`, as whoever has opened the link of a mail.
inline TestReply verify(TestServer &server, const QByteArray &token)
{
    return server.client().post("/auth/email/verify", textObject({{"token", token}}));
}

/// The token of the last of so many mails to that person, which are waited for; empty when they do not come.
inline QByteArray tokenOf(TestServer &server, const SignedUp &person, std::size_t count = 1)
{
    const auto mails = MailBox(server.dataDirectory()).waitFor(person.email, count);
    return mails.size() == count ? mails.back().token() : QByteArray();
}

} // namespace aegis::test
