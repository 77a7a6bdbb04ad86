#include "server/replay/AsOfDifferences.h"

#include <map>

namespace aegis {
namespace {

using Value = std::optional<QString>;

/// Gathers what is not the same.
class Differences {
public:
    void compare(const QString &field, const Value &then, const Value &now)
    {
        if (then != now)
            m_found.push_back({.field = field, .then = then, .now = now});
    }
    /// Only where it is known what was.
    void compareKnown(const QString &field, const Value &then, const Value &now)
    {
        if (then)
            compare(field, then, now);
    }
    /// Two lists of roles, each of whom or where the id says.
    template <class Member, class Id> void compareRoles(const QString &field, const std::vector<Member> &then, const std::vector<Member> &now, Id id)
    {
        std::map<QByteArray, std::pair<Value, Value>> both;
        for (const Member &member : then)
            both[(member.*id).text()].first = member.roles.join(QLatin1Char(','));
        for (const Member &member : now)
            both[(member.*id).text()].second = member.roles.join(QLatin1Char(','));
        for (const auto &[whose, roles] : both)
            compare(field + QLatin1Char('.') + QString::fromLatin1(whose), roles.first, roles.second);
    }

    std::vector<StateDifferenceDto> take() { return std::move(m_found); }

private:
    std::vector<StateDifferenceDto> m_found;
};

Value textOf(const std::optional<Instant> &time)
{
    return time ? Value(QString::fromLatin1(toRfc3339(*time))) : Value();
}

Value textOf(const std::optional<bool> &value)
{
    return value ? Value(*value ? QStringLiteral("true") : QStringLiteral("false")) : Value();
}

Value textOf(const std::optional<OrganizationId> &id)
{
    return id ? Value(QString::fromLatin1(id->text())) : Value();
}

} // namespace

std::vector<StateDifferenceDto> differencesOf(const UserStateDto &then, const UserStateDto &now, bool knowsManager)
{
    Differences differences;
    differences.compareKnown(QStringLiteral("status"), then.status, now.status);
    if (then.status)
        differences.compare(QStringLiteral("lockedUntil"), textOf(then.lockedUntil), textOf(now.lockedUntil));
    differences.compareKnown(QStringLiteral("emailVerified"), textOf(then.emailVerified), textOf(now.emailVerified));
    if (knowsManager)
        differences.compare(QStringLiteral("managedBy"), textOf(then.managedBy), textOf(now.managedBy));
    differences.compareRoles(QStringLiteral("memberships"), then.memberships, now.memberships, &MembershipStateDto::organization);
    differences.compare(QStringLiteral("platformRoles"), then.platformRoles.join(QLatin1Char(',')), now.platformRoles.join(QLatin1Char(',')));
    return differences.take();
}

std::vector<StateDifferenceDto> differencesOf(const OrganizationStateDto &then, const OrganizationStateDto &now)
{
    Differences differences;
    differences.compareKnown(QStringLiteral("name"), then.name, now.name);
    differences.compareKnown(QStringLiteral("slug"), then.slug, now.slug);
    differences.compareKnown(QStringLiteral("status"), then.status, now.status);
    if (then.status)
        differences.compare(QStringLiteral("deletedAt"), textOf(then.deletedAt), textOf(now.deletedAt));
    differences.compare(QStringLiteral("memberCount"), QString::number(then.memberCount), QString::number(now.memberCount));
    differences.compareRoles(QStringLiteral("members"), then.members, now.members, &MemberStateDto::user);
    return differences.take();
}

} // namespace aegis
