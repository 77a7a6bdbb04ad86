#pragma once

#include "server/passwords/PasswordParameters.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <optional>

namespace aegis {

/// An Argon2id hash as it is stored: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash` (PHC string format, version 0x13 only).
struct PhcString {
    Argon2Cost cost;
    QByteArray salt;
    QByteArray hash;

    QByteArray format() const;

    /// Strict: nothing for any other order, spelling, leading zero, sign, padding or length (salt 8 to 64 bytes, hash 12
    /// to 64). Says nothing about whether the cost may be paid: see isAcceptableCost().
    static std::optional<PhcString> parse(QByteArrayView text);
};

} // namespace aegis
