#pragma once

#include "server/async/Task.h"
#include "server/auth/EmailVerificationStore.h"
#include "server/db/Database.h"
#include "shared/dto/EmailVerifyRequest.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis {

/// Takes the proof that an address is the person's. Any I/O thread.
class EmailVerificationService {
public:
    explicit EmailVerificationService(Database &database) : m_database(database) {}

    /// `invalid_mail_token`. An organization that waits for its owner's address becomes active.
    Task<Result<NoContent>> verify(const RequestContext &context, EmailVerifyRequest request) const;

private:
    Database &m_database;
};

} // namespace aegis
