#include "server/passwords/PasswordPolicy.h"

#include "server/passwords/Blocklist.h"
#include "server/passwords/PasswordText.h"
#include "server/passwords/WipedString.h"

#include <zxcvbn.h>

#include <algorithm>
#include <array>

namespace aegis {
namespace {

/// An identity this short is only refused as the whole password: every other password holds "al" or "bo".
constexpr qsizetype shortestPart = 4;
/// zxcvbn's time grows with the fourth to fifth power of the length, in bytes, for inputs that are made for it (32 bytes:
/// under 2 ms, 64: 50 ms). Nothing beyond the first 32 makes a password weak again.
constexpr qsizetype judgedBytes = 32;
/// How many bits of guessing each of zxcvbn's scores stands for: 10^3, 10^6, 10^8 and 10^10 guesses.
constexpr std::array<double, 5> scoreBits{0, 9.97, 19.93, 26.58, 33.22};

struct Facts {
    int length = 0; ///< in code points
    bool upper = false;
    bool lower = false;
    bool digit = false;
};

Facts factsOf(QStringView text)
{
    Facts facts;
    for (qsizetype at = 0; at < text.size();) {
        const bool pair = text[at].isHighSurrogate() && at + 1 < text.size();
        const char32_t c = pair ? QChar::surrogateToUcs4(text[at], text[at + 1]) : text[at].unicode();
        at += pair ? 2 : 1;
        facts.upper |= QChar::isUpper(c) || QChar::isTitleCase(c);
        facts.lower |= QChar::isLower(c);
        facts.digit |= QChar::isDigit(c);
        ++facts.length;
    }
    return facts;
}

/// What of the identity must not be in a password, case-folded.
QStringList identityParts(const PasswordIdentity &identity)
{
    const QString email = identity.email.normalized(QString::NormalizationForm_KC).toCaseFolded().trimmed();
    const QString organization = identity.organizationName.normalized(QString::NormalizationForm_KC).toCaseFolded().simplified();
    QString joined = organization;
    joined.remove(QLatin1Char(' '));
    QStringList parts{email, email.section(QLatin1Char('@'), 0, 0), organization, joined};
    parts.removeAll(QString());
    return parts;
}

bool isMadeOf(QStringView password, const QStringList &parts)
{
    const WipedString plain(password.toString());
    const WipedString folded(plain.text.toCaseFolded());
    return std::any_of(parts.begin(), parts.end(),
                       [&](const QString &part) { return folded.text == part || (part.size() >= shortestPart && folded.text.contains(part)); });
}

/// How many bits of guessing the beginning of the password (at most judgedBytes) costs somebody who knows for whom it is.
double guessingBits(QStringView password, const QStringList &parts)
{
    WipedBytes bytes(password.toUtf8());
    bytes.bytes.truncate(judgedBytes);
    std::vector<QByteArray> words;
    for (const QString &part : parts)
        words.push_back(part.toUtf8());
    std::vector<const char *> dictionary;
    for (const QByteArray &word : words)
        dictionary.push_back(word.constData());
    dictionary.push_back(nullptr);
    return ZxcvbnMatch(bytes.bytes.constData(), dictionary.data(), nullptr);
}

} // namespace

Result<void> PasswordPolicy::check(const Secret &password, const PasswordIdentity &identity) const
{
    Problem refusal(ProblemCode::PasswordPolicy);
    const auto broken = [&refusal](FieldCode code, const QString &message) { refusal.fields.push_back({QStringLiteral("password"), code, message}); };

    Result<Secret> normalized = normalizedPassword(password);
    if (!normalized) {
        refusal.fields = normalized.problem().fields;
        return refusal;
    }
    const WipedString text(QString::fromUtf8(normalized->reveal()));
    const Facts facts = factsOf(text.text);
    const QStringList parts = identityParts(identity);

    if (facts.length < minimumLength())
        broken(FieldCode::PasswordTooShort, QStringLiteral("The password must have at least %1 characters.").arg(minimumLength()));
    if (facts.length > maximumLength)
        broken(FieldCode::PasswordTooLong, QStringLiteral("The password must have at most %1 characters.").arg(maximumLength));
    if (m_kind == PasswordPolicyKind::Composition) {
        if (!facts.upper)
            broken(FieldCode::PasswordNeedsUpper, QStringLiteral("The password must contain an upper-case letter."));
        if (!facts.lower)
            broken(FieldCode::PasswordNeedsLower, QStringLiteral("The password must contain a lower-case letter."));
        if (!facts.digit)
            broken(FieldCode::PasswordNeedsDigit, QStringLiteral("The password must contain a digit."));
    }
    if (isBlocklisted(text.text))
        broken(FieldCode::PasswordTooCommon, QStringLiteral("The password is among the most common ones."));
    if (isMadeOf(text.text, parts))
        broken(FieldCode::PasswordContainsIdentity,
               QStringLiteral("The password must not contain the e-mail address or the name of the organization."));
    if (refusal.fields.empty() && guessingBits(text.text, parts) < scoreBits.at(static_cast<std::size_t>(m_minimumScore)))
        broken(FieldCode::PasswordTooWeak, QStringLiteral("The password is too easy to guess."));

    if (refusal.fields.empty())
        return {};
    return refusal;
}

} // namespace aegis
