#pragma once

#include "server/limits/Rate.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QString>

#include <chrono>
#include <cstdint>
#include <optional>

/// How values of settings are written. Each reader takes the whole text or nothing; no spaces, no signs.
namespace aegis::setting_text {

/// `8080`
std::optional<std::int64_t> parseInteger(QByteArrayView text);

/// `on`, `off`, `true`, `false`, `yes`, `no`, `1`, `0` in either case.
std::optional<bool> parseToggle(QByteArrayView text);

/// A number and one of `ms s m h d w`; a bare number is seconds: `250ms`, `15m`, `7d`, `3600`.
std::optional<std::chrono::milliseconds> parseDuration(QByteArrayView text);

/// A number of calls and the time that they are for: `30/5m`; 1 to 1000000 calls in 1 s to 1 d.
std::optional<Rate> parseRate(QByteArrayView text);

/// A number of bytes, or with one of `B KiB MiB GiB` (1024) or `kB KB MB GB` (1000): `16KiB`.
std::optional<std::int64_t> parseSize(QByteArrayView text);

/// The parts between commas without the spaces around them; empty parts are left out.
QList<QByteArray> parseList(QByteArrayView text);

/// A key of 32 bytes: 64 hexadecimal digits, 43 or 44 characters of base64 (either alphabet), or 32 bytes as they are.
std::optional<QByteArray> parseKey256(QByteArrayView text);

/// `http://host[:port]` or `https://...` as browsers send it in `Origin`, in lower case; nothing when it has a path,
/// a user or a wildcard (RFC 6454, section 7).
std::optional<QByteArray> parseOrigin(QByteArrayView text);

/// `http(s)://host[:port][/path]`, without a slash at its end; nothing when it has a user, a query or a fragment.
std::optional<QString> parseWebAddress(QByteArrayView text);

} // namespace aegis::setting_text
