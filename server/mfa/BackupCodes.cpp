#include "server/mfa/BackupCodes.h"

#include "server/crypto/Digest.h"
#include "server/crypto/Random.h"

namespace aegis::backup_codes {
namespace {

// Crockford's 32 characters: none of i, l, o, u, so nothing is mistaken for another, and no word comes about.
constexpr char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int characters = 16;
constexpr int group = 4;

/// What people mistake for another character is that one.
char canonical(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = static_cast<char>(c - 'A' + 'a');
    if (c == 'o')
        return '0';
    return c == 'i' || c == 'l' ? '1' : c;
}

} // namespace

Result<std::vector<Secret>> make(int count)
{
    std::vector<Secret> codes;
    for (int i = 0; i < count; ++i) {
        TRY(const Secret random, randomSecret(characters));
        QByteArray text;
        for (int at = 0; at < characters; ++at) {
            if (at > 0 && at % group == 0)
                text.append('-');
            text.append(alphabet[static_cast<unsigned char>(random.reveal()[at]) & 31]);
        }
        codes.emplace_back(QByteArrayView(text));
        text.fill('\0');
    }
    return codes;
}

QByteArray hashOf(const UserId &user, const Secret &code)
{
    QByteArray message = "aegis backup code:" + user.text() + ':';
    for (const char c : code.reveal()) {
        if (c != ' ' && c != '-')
            message.append(canonical(c));
    }
    QByteArray hash = sha256(message);
    message.fill('\0');
    return hash;
}

} // namespace aegis::backup_codes
