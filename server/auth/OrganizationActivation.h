#pragma once

#include "server/async/Task.h"
#include "server/auth/AccountStore.h"
#include "server/db/Database.h"

namespace aegis {

/// Lets people into the organization that they signed up while EMAIL_VERIFICATION was `required`, once it is not any more: their login
/// makes it active. Any I/O thread.
class OrganizationActivation {
public:
    OrganizationActivation(Database &database, bool isVerificationRequired) : m_database(database), m_isRequired(isVerificationRequired) {}

    /// The account of somebody who has proved to be its person, and would get a session in no organization: as it is after that.
    Task<Result<Account>> letIn(const RequestContext &context, Account account) const;

private:
    Database &m_database;
    const bool m_isRequired;
};

} // namespace aegis
