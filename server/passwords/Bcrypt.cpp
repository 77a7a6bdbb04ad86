#include "server/passwords/Bcrypt.h"

#include "server/crypto/ConstantTime.h"
#include "server/crypto/Random.h"
#include "server/passwords/PasswordParameters.h"

#include <crypt.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace aegis {
namespace {

constexpr qsizetype settingSize = 29; ///< `$2b$12$` and the salt
constexpr qsizetype hashSize = 31;

Problem failed()
{
    return Problem(ProblemCode::Internal).withInternal(QStringLiteral("bcrypt failed: %1").arg(errno));
}

struct Wipe {
    explicit Wipe(QByteArrayView bytes) : text(bytes.data(), static_cast<std::size_t>(bytes.size())) {}
    Wipe(const Wipe &) = delete;
    Wipe &operator=(const Wipe &) = delete;
    ~Wipe() { explicit_bzero(text.data(), text.size()); }
    std::string text; ///< ends with a NUL, as the C interface wants it
};

/// The whole hash. The password is cut at 72 bytes and ends at a NUL.
Result<QByteArray> compute(QByteArrayView password, QByteArrayView setting)
{
    // 32 KiB that hold the key schedule: on the heap, zeroed before as the interface wants and wiped after.
    const auto wipe = [](crypt_data *data) {
        explicit_bzero(data, sizeof *data);
        delete data;
    };
    const std::unique_ptr<crypt_data, decltype(wipe)> data(new crypt_data{}, wipe);
    const Wipe phrase(password.first(std::min(password.size(), bcryptPasswordLimit)));
    const std::string settingText(setting.data(), static_cast<std::size_t>(setting.size()));
    const char *const encoded = crypt_rn(phrase.text.c_str(), settingText.c_str(), data.get(), sizeof *data);
    if (encoded == nullptr || encoded[0] == '*')
        return failed();
    return QByteArray(encoded);
}

bool isDigit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/';
}

Problem refusal(FieldCode code, const QString &message)
{
    return Problem(ProblemCode::ValidationFailed).withField({QStringLiteral("password"), code, message});
}

} // namespace

std::optional<int> bcryptRounds(QByteArrayView encoded)
{
    if (encoded.size() != settingSize + hashSize || encoded[0] != '$' || encoded[1] != '2' || encoded[3] != '$' || encoded[6] != '$')
        return std::nullopt;
    if (encoded[2] != 'a' && encoded[2] != 'b' && encoded[2] != 'y')
        return std::nullopt;
    if (encoded[4] < '0' || encoded[4] > '3' || encoded[5] < '0' || encoded[5] > '9')
        return std::nullopt;
    const QByteArrayView digits = encoded.sliced(7);
    if (!std::all_of(digits.begin(), digits.end(), isDigit))
        return std::nullopt;
    const int rounds = (encoded[4] - '0') * 10 + (encoded[5] - '0');
    if (rounds < 4 || rounds > 31)
        return std::nullopt;
    return rounds;
}

Result<QByteArray> makeBcrypt(const Secret &password, int rounds)
{
    if (!isPossibleBcryptRounds(rounds))
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("bcrypt cannot have the cost %1").arg(rounds));
    if (password.size() > bcryptPasswordLimit)
        return refusal(FieldCode::PasswordTooLong, QStringLiteral("The password must not be longer than 72 bytes in UTF-8."));
    if (password.reveal().contains('\0'))
        return refusal(FieldCode::PasswordInvalid, QStringLiteral("The password must not contain a NUL."));

    TRY(const QByteArray random, randomBytes(16));
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (crypt_gensalt_rn("$2b$", static_cast<unsigned long>(rounds), random.constData(), static_cast<int>(random.size()), setting.data(),
                         static_cast<int>(setting.size()))
        == nullptr)
        return failed();
    return compute(password.reveal(), setting.data());
}

Result<bool> verifyBcrypt(const Secret &password, QByteArrayView encoded)
{
    TRY(const QByteArray computed, compute(password.reveal(), encoded.first(settingSize)));
    const bool same = constantTimeEquals(QByteArrayView(computed).last(hashSize), encoded.last(hashSize));
    return same && !password.reveal().contains('\0');
}

} // namespace aegis
