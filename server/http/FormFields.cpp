#include "server/http/FormFields.h"

#include <QtCore/QStringDecoder>

#include <algorithm>

namespace aegis::http {
namespace {

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool isPlainText(const QByteArray &bytes)
{
    const bool hasControl = std::any_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(bytes);
    return !hasControl && !decoder.hasError();
}

Problem malformed(const char *what)
{
    return Problem(ProblemCode::MalformedForm, QLatin1String(what));
}

} // namespace

std::optional<QByteArray> decodedFormText(QByteArrayView text)
{
    QByteArray decoded;
    decoded.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded.append(text[i] == '+' ? ' ' : text[i]);
            continue;
        }
        const int high = text.size() - i > 2 ? hexValue(text[i + 1]) : -1;
        const int low = high < 0 ? -1 : hexValue(text[i + 2]);
        if (low < 0)
            return std::nullopt;
        decoded.append(static_cast<char>(high << 4 | low));
        i += 2;
    }
    return isPlainText(decoded) ? std::optional(decoded) : std::nullopt;
}

Result<FormFields> FormFields::parse(QByteArrayView body)
{
    FormFields form;
    while (!body.isEmpty()) {
        const qsizetype end = body.indexOf('&');
        const QByteArrayView pair = end < 0 ? body : body.first(end);
        body = end < 0 ? QByteArrayView() : body.sliced(end + 1);
        if (pair.isEmpty())
            continue;
        if (form.m_fields.size() == most)
            return malformed("There are too many parameters.");
        const qsizetype equals = pair.indexOf('=');
        auto name = decodedFormText(equals < 0 ? pair : pair.first(equals));
        auto value = decodedFormText(equals < 0 ? QByteArrayView() : pair.sliced(equals + 1));
        if (!name || !value)
            return malformed("A parameter is not UTF-8 text in percent-encoding, or has control characters.");
        if (name->isEmpty())
            return malformed("A parameter has no name.");
        if (std::any_of(form.m_fields.begin(), form.m_fields.end(), [&](const auto &field) { return field.first == *name; }))
            return malformed("A parameter stands more than once.");
        form.m_fields.emplace_back(*std::move(name), *std::move(value));
    }
    return form;
}

std::optional<QByteArray> FormFields::value(QByteArrayView name) const
{
    for (const auto &[known, value] : m_fields) {
        if (known == name && !value.isEmpty())
            return value;
    }
    return std::nullopt;
}

} // namespace aegis::http
