#include "server/users/UserImport.h"

#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"
#include "shared/text/EmailAddress.h"
#include "shared/text/Slug.h"
#include "shared/text/DisplayName.h"

#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

/// So many places are remembered; a file that has more asks again.
constexpr qsizetype mostPlaces = 10'000;

QJsonValue nameOrNull(const std::optional<QString> &text)
{
    return rowjson::text(text ? parseDisplayName(*text, maxPersonNameLength) : std::nullopt);
}

} // namespace

Result<void> UserImport::run(QIODevice &file)
{
    ImportLines lines(file);
    std::optional<ImportFormat> format;
    while (const auto line = lines.next()) {
        m_position = lines.position();
        if (!format) {
            TRY(format, ImportFormat::of(line->bytes));
            if (format->isCsv())
                continue;
        }
        if (line->isTooLong) {
            tellBad(line->number, Problem(ProblemCode::ValidationFailed, QStringLiteral("the line is too long")));
            continue;
        }
        const auto record = format->read(line->bytes);
        if (!record)
            tellBad(line->number, record.problem());
        else
            CHECK(take(*line, *record));
    }
    return store();
}

void UserImport::tellBad(qint64 number, const Problem &problem)
{
    ++m_counts.bad;
    QStringList sentences;
    for (const FieldError &error : problem.fields)
        sentences.append(error.field + QStringLiteral(": ") + error.message);
    if (sentences.isEmpty())
        sentences.append(problem.detail.isEmpty() ? QString(problemInfo(problem.code).title) : problem.detail);
    m_options.onBadLine(number, sentences.join(QStringLiteral(" ")));
}

Result<void> UserImport::take(const ImportLine &line, const ImportRecord &record)
{
    Place place;
    if (record.organizationSlug) {
        TRY(place, placeOf(Slug::parse(*record.organizationSlug)->text(), *record.role));
        if (!place) {
            tellBad(
                line.number,
                Problem(ProblemCode::ValidationFailed, QStringLiteral("organizationSlug: There is no active organization with that slug and role.")));
            return {};
        }
    }
    m_people.append(personRow(record, place));
    return m_people.size() < m_options.batch ? Result<void>() : store();
}

Result<UserImport::Place> UserImport::placeOf(const QString &slug, const QString &role)
{
    const QString key = slug + QLatin1Char('/') + role;
    if (const auto known = m_places.constFind(key); known != m_places.constEnd())
        return *known;
    TRY(const Place place, m_session.read<Place>(m_context, [&](Tx &tx) { return ImportStore::place(tx, slug, role); }));
    if (m_places.size() >= mostPlaces)
        m_places.clear();
    m_places.insert(key, place);
    return place;
}

QJsonObject UserImport::personRow(const ImportRecord &record, const Place &place) const
{
    const Instant time = m_options.clock();
    const UserId id = UserId::make(time);
    const QJsonValue now = rowjson::time(time);
    const QString email = EmailAddress::parse(record.email)->text(); // the decoder has checked it
    const OrganizationId organization = place ? place->organization : OrganizationId();

    RequestContext context = m_context.withTenant({.organization = organization, .user = id});
    context.now = time;
    EventBatch events(context);
    events.add({.type = EventType::UserCreated,
                .subject = id.uuid(),
                .payload = {{QStringLiteral("email"), email},
                            {QStringLiteral("firstName"), nameOrNull(record.firstName)},
                            {QStringLiteral("lastName"), nameOrNull(record.lastName)},
                            {QStringLiteral("status"), QStringLiteral("active")},
                            {QStringLiteral("managedBy"), QJsonValue::Null},
                            {QStringLiteral("method"), QStringLiteral("import")},
                            {QStringLiteral("emailVerified"), record.emailVerified.value_or(false)}}});
    QJsonValue membership = QJsonValue::Null;
    if (place) {
        events.add({.type = EventType::UserRoleCreated,
                    .subject = id.uuid(),
                    .payload = {{QStringLiteral("role"), *record.role}, {QStringLiteral("roleId"), rowjson::id(place->role)}}});
        membership = QJsonObject{{QStringLiteral("organization_id"), rowjson::id(organization)},
                                 {QStringLiteral("user_id"), rowjson::id(id)},
                                 {QStringLiteral("role_id"), rowjson::id(place->role)},
                                 {QStringLiteral("created_at"), now}};
    }
    const QJsonObject user{{QStringLiteral("id"), rowjson::id(id)},
                           {QStringLiteral("email"), email},
                           {QStringLiteral("password_hash"), rowjson::text(record.passwordHash)},
                           {QStringLiteral("status"), QStringLiteral("active")},
                           {QStringLiteral("email_verified_at"), record.emailVerified.value_or(false) ? now : QJsonValue(QJsonValue::Null)},
                           {QStringLiteral("password_changed_at"), now},
                           {QStringLiteral("created_at"), now},
                           {QStringLiteral("updated_at"), now}};
    const QJsonObject profile{{QStringLiteral("user_id"), rowjson::id(id)},
                              {QStringLiteral("first_name"), nameOrNull(record.firstName)},
                              {QStringLiteral("last_name"), nameOrNull(record.lastName)},
                              {QStringLiteral("updated_at"), now}};
    return {{QStringLiteral("user"), user},
            {QStringLiteral("profile"), profile},
            {QStringLiteral("membership"), membership},
            {QStringLiteral("events"), QJsonDocument::fromJson(events.json()).array()}};
}

Result<void> UserImport::store()
{
    if (!m_people.isEmpty()) {
        m_context.now = m_options.clock();
        const QByteArray people = QJsonDocument(m_people).toJson(QJsonDocument::Compact);
        TRY(const std::vector<bool> stored, m_session.write<std::vector<bool>>(m_context, [&](Tx &tx) { return ImportStore::add(tx, people); }));
        const auto imported = std::count(stored.begin(), stored.end(), true);
        m_counts.imported += imported;
        m_counts.present += static_cast<qint64>(stored.size()) - imported;
        m_people = {};
    }
    m_options.onProgress(*this);
    return {};
}

} // namespace aegis
