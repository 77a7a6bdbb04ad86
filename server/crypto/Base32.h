#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

namespace aegis {

/// Base32 in upper case without padding (RFC 4648, section 6): how authenticator apps take a secret.
QByteArray base32Encode(QByteArrayView bytes);

} // namespace aegis
