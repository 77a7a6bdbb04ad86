#include "server/passwords/PasswordText.h"

#include "server/passwords/WipedString.h"

#include <QtCore/QStringDecoder>

#include <algorithm>

namespace aegis {
namespace {

Problem refusal(FieldCode code, const QString &message)
{
    return Problem(ProblemCode::ValidationFailed).withField({QStringLiteral("password"), code, message});
}

} // namespace

Result<Secret> normalizedPassword(const Secret &utf8)
{
    const QByteArrayView bytes = utf8.reveal();
    if (bytes.size() > maximumPasswordBytes)
        return refusal(FieldCode::PasswordTooLong, QStringLiteral("The password is too long."));
    if (std::all_of(bytes.begin(), bytes.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80U) == 0; }))
        return utf8; // ASCII is its own normal form

    using Flag = QStringDecoder::Flag;
    QStringDecoder decoder(QStringDecoder::Utf8, Flag::Stateless | Flag::ConvertInitialBom);
    QString decoded = decoder.decode(bytes);
    const WipedString text(std::move(decoded));
    if (decoder.hasError())
        return refusal(FieldCode::PasswordInvalid, QStringLiteral("The password must be well-formed UTF-8."));
    QString form = text.text.normalized(QString::NormalizationForm_KC, QChar::Unicode_14_0);
    form.detach(); // it may share the text's bytes
    const WipedString normalized(std::move(form));
    const WipedBytes encoded(normalized.text.toUtf8());
    return Secret(encoded.bytes);
}

} // namespace aegis
