#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <optional>

namespace aegis {

/// Base64 without padding (RFC 4648): `Url` as in JOSE (section 5), `Standard` as in PHC strings (section 4).
enum class Base64Alphabet { Standard, Url };

QByteArray base64Encode(QByteArrayView bytes, Base64Alphabet alphabet);

/// The characters that so many bytes become.
constexpr qsizetype base64Size(qsizetype bytes)
{
    return (bytes * 4 + 2) / 3;
}
/// Writes the Base64 of the bytes to where there is room for it, and gives the place behind it.
char *base64EncodeTo(char *out, QByteArrayView bytes, Base64Alphabet alphabet);

/// Strict: nothing for padding, white space, a foreign character, an impossible length or unused bits that are not zero,
/// so that there is exactly one text for each sequence of bytes.
std::optional<QByteArray> base64Decode(QByteArrayView text, Base64Alphabet alphabet);

inline QByteArray base64Url(QByteArrayView bytes)
{
    return base64Encode(bytes, Base64Alphabet::Url);
}
inline std::optional<QByteArray> base64UrlDecode(QByteArrayView text)
{
    return base64Decode(text, Base64Alphabet::Url);
}

} // namespace aegis
