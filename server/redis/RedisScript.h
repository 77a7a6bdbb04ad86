#pragma once

#include <QtCore/QByteArray>

namespace aegis {

/// A program that Redis carries out in one go, so that nobody comes in between.
struct RedisScript {
    /// From its source in Lua.
    static RedisScript of(const QByteArray &source);

    QByteArray text;
    QByteArray name; ///< by which Redis knows it once it has seen it: the SHA-1 of the text in hexadecimal
};

} // namespace aegis
