#include "server/auth/UnverifiedSignupStore.h"

namespace aegis {
namespace {

constexpr Sql overdueSql("select * from aegis.unverified_signups($1, $2, $3)");
constexpr Sql removeSql("select aegis.remove_unverified_signup($1, $2, $3, $4, $5, $6, $7)");

} // namespace

Result<std::vector<UnverifiedSignupStore::Signup>> UnverifiedSignupStore::overdue(Tx &tx, Instant before, const OrganizationId &after, int most)
{
    TRY(const Rows rows, tx.finalQuery(overdueSql, before, after, most));
    std::vector<Signup> signups;
    for (const Row row : rows) {
        signups.push_back(
            {.organization = row.get<OrganizationId>("organization_id"), .owner = row.get<UserId>("user_id"), .slug = row.get<QString>("slug")});
    }
    return signups;
}

Result<bool> UnverifiedSignupStore::remove(Tx &tx, const Signup &signup, const Removal &removal)
{
    const Instant now = tx.context().now;
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, removeSql, signup.organization, signup.owner, removal.before, now, makeUuid7(now),
                         removal.revokedUntil, Json(removal.events)));
    return row.get<bool>(0);
}

} // namespace aegis
