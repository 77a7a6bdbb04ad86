#pragma once

#include "shared/text/Secret.h"

#include <QtCore/QString>

namespace aegis {

/// The `otpauth://` address that carries a TOTP secret into an authenticator app (Key URI Format of Google Authenticator, which
/// all apps read). The account is the person's e-mail address; both stand in the app beside the code.
Secret otpAuthUri(const QString &issuer, const QString &account, const Secret &secret);

} // namespace aegis
