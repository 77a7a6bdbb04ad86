#include "server/auth/MailRequestService.h"

#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

QByteArray sealedFor(const MailRequestId &id)
{
    return "mail-request:" + id.text();
}

} // namespace

Task<Result<NoContent>> MailRequestService::ask(const RequestContext &context, EmailToken::Kind kind, EmailRequest request) const
{
    auto email = EmailAddress::parse(request.email);
    if (!email)
        co_return Problem(ProblemCode::ValidationFailed).withInternal(QStringLiteral("an address that the decoder has not checked"));
    const MailRequest asked{.email = *std::move(email), .client = context.client, .correlationId = context.correlationId};
    const MailRequestId id = MailRequestId::make(context.now);
    CO_TRY(const QByteArray sealed, asked.sealed(m_sealing, id));
    CO_CHECK(co_await MailRequestStore::add(m_database, context, id, kind, sealed));
    co_return NoContent();
}

Result<QByteArray> MailRequest::sealed(const Sealing &sealing, const MailRequestId &id) const
{
    const QJsonObject object{{QStringLiteral("email"), email.text()},
                             {QStringLiteral("address"), client.address.toString()},
                             {QStringLiteral("userAgent"), client.userAgent},
                             {QStringLiteral("languages"), QString::fromLatin1(client.languages)},
                             {QStringLiteral("correlationId"), QString::fromLatin1(correlationId.text())}};
    QByteArray plain = QJsonDocument(object).toJson(QJsonDocument::Compact);
    // The length must not tell the addresses apart either; 254 octets of address, 512 characters of agent, 256 of languages.
    constexpr qsizetype step = 512;
    plain.append(QByteArray((step - plain.size() % step) % step, ' '));
    return sealing.seal(Secret(plain), sealedFor(id));
}

Result<MailRequest> MailRequest::open(const Sealing &sealing, const MailRequestId &id, QByteArrayView sealed)
{
    TRY(const Secret plain, sealing.open(sealed, sealedFor(id)));
    const QJsonObject object = QJsonDocument::fromJson(plain.reveal().toByteArray()).object();
    auto email = EmailAddress::parse(object.value(QLatin1String("email")).toString());
    const auto correlationId = CorrelationId::parse(object.value(QLatin1String("correlationId")).toString().toLatin1());
    if (!email || !correlationId)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a request for a mail cannot be read"));
    MailRequest request{*std::move(email), {}, *correlationId};
    request.client.address = QHostAddress(object.value(QLatin1String("address")).toString());
    request.client.userAgent = object.value(QLatin1String("userAgent")).toString();
    request.client.languages = object.value(QLatin1String("languages")).toString().toLatin1();
    return request;
}

} // namespace aegis
