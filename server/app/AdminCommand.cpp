#include "server/app/AdminCommand.h"

#include "server/admin/PlatformStaff.h"
#include "server/app/OperatorSession.h"

namespace aegis {
namespace {

QString text(QByteArrayView utf8)
{
    return QString::fromUtf8(utf8);
}

Result<void> create(PlatformStaff &staff, const EmailAddress &email, const CommandLine &line, Instant now,
                    const std::function<void(const QString &)> &tell)
{
    TRY(const Secret token, staff.create(email, line.role, now));
    tell(QStringLiteral("setup_token=%1").arg(text(token.reveal())));
    tell(QStringLiteral("Whoever has it chooses the password of %1, once, until %2:")
             .arg(email.text(), text(toRfc3339(now + PlatformStaff::setupLifetime))));
    tell(QStringLiteral("  curl -H 'Content-Type: application/json' -d '{\"token\": \"%1\", \"newPassword\": \"...\"}' URL/auth/password/reset")
             .arg(text(token.reveal())));
    return {};
}

Result<void> list(PlatformStaff &staff, Instant now, const std::function<void(const QString &)> &tell)
{
    TRY(const std::vector<PlatformStaffStore::Member> members, staff.list(now));
    for (const PlatformStaffStore::Member &member : members)
        tell(QStringLiteral("%1  %2  %3  since %4").arg(member.role.leftJustified(16), member.email, member.status, text(toRfc3339(member.since))));
    if (members.empty())
        tell(QStringLiteral("Nobody: `aegisd admin create EMAIL` makes the first one."));
    return {};
}

} // namespace

Result<void> runAdminCommand(const Settings &settings, const CommandLine &line, const std::function<void(const QString &)> &tell)
{
    TRY(OperatorSession here, OperatorSession::open(settings));
    PlatformStaff staff(here.session);
    if (line.command == CommandName::AdminList)
        return list(staff, here.now, tell);
    const auto email = EmailAddress::parse(line.operand);
    if (!email)
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("'%1' is no e-mail address").arg(line.operand));
    if (line.command == CommandName::AdminCreate)
        return create(staff, *email, line, here.now, tell);
    if (line.command == CommandName::AdminGrant) {
        CHECK(staff.grant(*email, line.role, line.unverified ? PlatformStaff::Unverified::Allowed : PlatformStaff::Unverified::Refused, here.now));
        tell(QStringLiteral("%1 has the role %2 from now on.").arg(email->text(), line.role));
    } else {
        CHECK(staff.revoke(*email, line.role, here.now));
        tell(QStringLiteral("%1 does not have the role %2 any more.").arg(email->text(), line.role));
    }
    return {};
}

} // namespace aegis
