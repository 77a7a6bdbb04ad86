#include "server/auth/NewAccount.h"

#include "shared/text/DisplayName.h"

namespace aegis {
namespace {

QString sentenceOf(Slug::Fault fault)
{
    switch (fault) {
    case Slug::Fault::Length:
        return QStringLiteral("Must be %1 to %2 characters.").arg(Slug::minLength).arg(Slug::maxLength);
    case Slug::Fault::Characters:
        return QStringLiteral("Must consist of a-z, 0-9 and hyphens.");
    case Slug::Fault::Hyphens:
        return QStringLiteral("Must not begin or end with a hyphen, nor have two in a row.");
    case Slug::Fault::Reserved:
        return QStringLiteral("Is reserved.");
    }
    Q_UNREACHABLE();
}

/// Collects the errors of all fields, so that a client hears of them at once.
class Checker {
public:
    std::optional<EmailAddress> email(const QString &text)
    {
        auto address = EmailAddress::parse(text);
        if (!address)
            fail("email", "format", QStringLiteral("Must be a mail address such as ada@example.com."));
        return address;
    }
    std::optional<QString> name(const char *field, const QString &text, qsizetype maxLength)
    {
        auto name = parseDisplayName(text, maxLength);
        if (!name)
            fail(field, "format", QStringLiteral("Must be 1 to %1 readable characters.").arg(maxLength));
        return name;
    }
    std::optional<QString> nameIfGiven(const char *field, const std::optional<QString> &text)
    {
        return text ? name(field, *text, maxPersonNameLength) : std::nullopt;
    }
    std::optional<Slug> slug(const QString &text)
    {
        if (const auto fault = Slug::faultOf(text))
            fail("organizationSlug", slugFaultName(*fault).toLatin1().constData(), sentenceOf(*fault));
        return Slug::parse(text);
    }
    bool failed() const { return !m_problem.fields.empty(); }
    Problem problem() && { return std::move(m_problem); }

private:
    void fail(const char *field, const char *code, const QString &message)
    {
        m_problem.fields.push_back({.field = QString::fromLatin1(field), .code = QString::fromLatin1(code), .message = message});
    }

    Problem m_problem{ProblemCode::ValidationFailed};
};

} // namespace

Result<NewAccount> NewAccount::from(SignupRequest request)
{
    Checker check;
    auto email = check.email(request.email);
    auto firstName = check.name("firstName", request.firstName, maxPersonNameLength);
    auto lastName = check.name("lastName", request.lastName, maxPersonNameLength);
    auto organizationName = check.name("organizationName", request.organizationName, maxOrganizationNameLength);
    auto slug = check.slug(request.organizationSlug);
    if (check.failed())
        return std::move(check).problem();
    return NewAccount{.email = *std::move(email),
                      .password = std::move(request.password),
                      .firstName = std::move(firstName),
                      .lastName = std::move(lastName),
                      .organization = Organization{.name = *std::move(organizationName), .slug = *std::move(slug)}};
}

Result<NewAccount> NewAccount::from(RegisterRequest request)
{
    Checker check;
    auto email = check.email(request.email);
    auto firstName = check.nameIfGiven("firstName", request.firstName);
    auto lastName = check.nameIfGiven("lastName", request.lastName);
    if (check.failed())
        return std::move(check).problem();
    return NewAccount{.email = *std::move(email),
                      .password = std::move(request.password),
                      .firstName = std::move(firstName),
                      .lastName = std::move(lastName),
                      .organization = {}};
}

} // namespace aegis
