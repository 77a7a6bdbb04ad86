#include "server/mail/MailOutbox.h"

#include "server/db/RowJson.h"
#include "server/mail/MailLanguage.h"

#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

const QString toMember = QStringLiteral("to");
const QString valuesMember = QStringLiteral("values");

/// Binds what is sealed to its row.
QByteArray sealedFor(const MailId &id)
{
    return "mail:" + id.text();
}

} // namespace

Result<QJsonObject> MailOutbox::row(const RequestContext &context, const MailDraft &draft) const
{
    const MailId id = MailId::make(context.now);
    QJsonObject values;
    for (auto it = draft.values.begin(); it != draft.values.end(); ++it)
        values.insert(it.key(), it.value());
    const Secret content(QJsonDocument({{toMember, draft.to.text()}, {valuesMember, values}}).toJson(QJsonDocument::Compact));
    TRY(const QByteArray sealed, m_sealing.seal(content, sealedFor(id)));
    return QJsonObject{
        {QStringLiteral("tenant_id"), rowjson::tenant(context.tenant.owner())},
        {QStringLiteral("id"), rowjson::id(id)},
        {QStringLiteral("kind"), QString(mailKindName(draft.kind))},
        {QStringLiteral("language"), QString::fromLatin1(mailLanguageFor(context.client.languages))},
        {QStringLiteral("sealed"), rowjson::bytes(sealed)},
        {QStringLiteral("created_at"), rowjson::time(context.now)},
        {QStringLiteral("expires_at"), rowjson::time(draft.expiresAt)},
    };
}

Result<MailContent> MailOutbox::open(const MailId &id, QByteArrayView sealed) const
{
    TRY(const Secret content, m_sealing.open(sealed, sealedFor(id)));
    const QJsonObject object = QJsonDocument::fromJson(content.reveal().toByteArray()).object();
    auto to = EmailAddress::parse(object.value(toMember).toString());
    if (!to)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a mail in the outbox is for no address"));
    MailContent opened{*std::move(to), {}};
    const QJsonObject values = object.value(valuesMember).toObject();
    for (auto it = values.begin(); it != values.end(); ++it)
        opened.values.insert(it.key(), it.value().toString());
    return opened;
}

} // namespace aegis
