#include "tests/integration/Administrators.h"

namespace aegis::test {

SignedUp platformStaff(TestServer &server, const QByteArray &role)
{
    const SignedUp person = server.registerPerson();
    server.sql("insert into aegis.platform_role (user_id, role, created_at) values ($1::uuid, $2, now())", Text{person.userId}, Text{role});
    return person;
}

SignedUp memberOf(TestServer &server, const SignedUp &owner, const QByteArray &role)
{
    const SignedUp person = server.registerPerson();
    server.sql("insert into aegis.organization_role (organization_id, id, name, system, created_at) "
               "values ($1::uuid, gen_random_uuid(), $2, true, now()) on conflict do nothing",
               Text{owner.organizationId}, Text{role});
    server.sql("insert into aegis.user_role (organization_id, user_id, role_id, created_at) "
               "select organization_id, $2::uuid, id, now() from aegis.organization_role where organization_id = $1::uuid and name = $3",
               Text{owner.organizationId}, Text{person.userId}, Text{role});
    server.sql("update aegis.\"user\" set managed_by = $1::uuid where id = $2::uuid", Text{owner.organizationId}, Text{person.userId});
    return server.logIn(person);
}

} // namespace aegis::test
