#include "server/mail/MailHeaderText.h"

#include <algorithm>

namespace aegis {
namespace {

/// An encoded word has at most 75 characters (RFC 2047, section 2): 12 of them are `=?UTF-8?B?` and `?=`, 60 are base64.
constexpr qsizetype bytesOfWord = 45;
/// A short text fits into the first line with the field's name.
constexpr qsizetype longestPlain = 60;

QString withoutControls(QString text)
{
    for (QChar &c : text) {
        if (c.unicode() < 0x20 || (c.unicode() >= 0x7f && c.unicode() <= 0x9f) || c.unicode() == 0x2028 || c.unicode() == 0x2029)
            c = QLatin1Char(' ');
    }
    return text;
}

bool isPlain(const QString &text)
{
    // What looks like an encoded word would be read as one.
    return text.size() <= longestPlain && !text.contains(QLatin1String("=?"))
        && std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x7f; });
}

QByteArray encodedWords(const QString &text)
{
    QByteArray words;
    QByteArray part;
    const auto end = [&] {
        if (!part.isEmpty())
            words += (words.isEmpty() ? QByteArray() : QByteArray("\r\n ")) + "=?UTF-8?B?" + part.toBase64() + "?=";
        part.clear();
    };
    for (const char32_t c : text.toUcs4()) { // a character is not divided between words
        const QByteArray bytes = QString::fromUcs4(&c, 1).toUtf8();
        if (part.size() + bytes.size() > bytesOfWord)
            end();
        part += bytes;
    }
    end();
    return words;
}

} // namespace

QByteArray mailHeaderText(const QString &text)
{
    const QString clean = withoutControls(text);
    return isPlain(clean) ? clean.toLatin1() : encodedWords(clean);
}

QByteArray mailHeaderPhrase(const QString &name)
{
    const QString clean = withoutControls(name);
    if (!isPlain(clean))
        return encodedWords(clean);
    QByteArray quoted = clean.toLatin1();
    quoted.replace('\\', "\\\\").replace('"', "\\\"");
    return '"' + quoted + '"';
}

} // namespace aegis
