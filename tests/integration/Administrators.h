#pragma once

#include "tests/support/TestServer.h"

namespace aegis::test {

/// Somebody with that role of the platform, logged in, in no organization.
SignedUp platformStaff(TestServer &server, const QByteArray &role = "PLATFORM_ADMIN");

/// Somebody whose account that organization manages and who has that role in it, logged in there.
SignedUp memberOf(TestServer &server, const SignedUp &owner, const QByteArray &role = "MEMBER");

} // namespace aegis::test
