#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <span>

namespace aegis {

/// The languages that mails are written in: `en`, which is for all others too, `de`, `fr`, `es` and `zh-CN`.
std::span<const QByteArrayView> mailLanguages();

/// The one of them that an `Accept-Language` (RFC 9110, section 12.5.4) likes best; of equals the first one. Whatever cannot be
/// read is passed over.
QByteArray mailLanguageFor(QByteArrayView acceptLanguage);

} // namespace aegis
