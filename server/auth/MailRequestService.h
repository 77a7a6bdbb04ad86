#pragma once

#include "server/async/Task.h"
#include "server/auth/MailRequestStore.h"
#include "server/crypto/Sealing.h"
#include "server/db/Database.h"
#include "shared/dto/EmailRequest.h"
#include "shared/endpoints/Endpoint.h"
#include "shared/text/EmailAddress.h"

namespace aegis {

/// Takes requests for mails by an address. What is stored is the same for an address with an account and without, and nobody
/// looks for the account before the answer is out: MailRequestJob does. Any I/O thread.
class MailRequestService {
public:
    MailRequestService(Database &database, const Sealing &sealing) : m_database(database), m_sealing(sealing) {}

    Task<Result<NoContent>> ask(const RequestContext &context, EmailToken::Kind kind, EmailRequest request) const;

private:
    Database &m_database;
    const Sealing &m_sealing;
};

/// What was asked for and by whom, as it lies sealed in the table.
struct MailRequest {
    EmailAddress email;
    Client client;
    CorrelationId correlationId;

    Result<QByteArray> sealed(const Sealing &sealing, const MailRequestId &id) const;
    static Result<MailRequest> open(const Sealing &sealing, const MailRequestId &id, QByteArrayView sealed);
};

} // namespace aegis
