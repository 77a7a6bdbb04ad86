#include "shared/json/JsonScanner.h"

#include <QtCore/QByteArray>
#include <QtCore/QSet>

#include <array>

namespace aegis {
namespace {

/// Reads a document from its start to its end. The first thing that is wrong ends it: `m_wrong` says what.
class Scanner {
public:
    explicit Scanner(QByteArrayView json) : m_json(json) {}

    Result<void> scan()
    {
        value();
        blanks();
        if (!m_wrong && m_at < m_json.size())
            fail("something follows the document");
        if (!m_wrong)
            return {};
        return Problem(ProblemCode::MalformedJson, QStringLiteral("At byte %1: %2.").arg(m_at).arg(QLatin1String(m_wrong)));
    }

private:
    void fail(const char *what)
    {
        if (!m_wrong)
            m_wrong = what;
    }
    /// The next byte, 0 at the end (a byte 0 is nowhere allowed).
    unsigned char peek() const { return m_at < m_json.size() ? static_cast<unsigned char>(m_json[m_at]) : 0; }
    bool take(char c)
    {
        if (peek() != static_cast<unsigned char>(c))
            return false;
        ++m_at;
        return true;
    }
    void blanks()
    {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')
            ++m_at;
    }

    // The recursion ends at maxJsonDepth, whatever the input says.
    void value()
    {
        blanks();
        switch (peek()) {
        case '{':
            return object();
        case '[':
            return array();
        case '"':
            return string(nullptr);
        case 't':
            return word("true");
        case 'f':
            return word("false");
        case 'n':
            return word("null");
        default:
            return number();
        }
    }

    void object()
    {
        if (++m_depth > maxJsonDepth)
            return fail("too many levels");
        ++m_at;
        blanks();
        QSet<QByteArray> names;
        if (!take('}')) {
            do {
                blanks();
                QByteArray name;
                string(&name);
                if (!m_wrong && names.contains(name))
                    fail("a name stands twice in an object");
                names.insert(name);
                blanks();
                if (!m_wrong && !take(':'))
                    fail("a colon is missing");
                if (!m_wrong)
                    value();
                blanks();
            } while (!m_wrong && take(','));
            if (!m_wrong && !take('}'))
                fail("an object does not end");
        }
        --m_depth;
    }

    void array()
    {
        if (++m_depth > maxJsonDepth)
            return fail("too many levels");
        ++m_at;
        blanks();
        if (!take(']')) {
            do {
                value();
                blanks();
            } while (!m_wrong && take(','));
            if (!m_wrong && !take(']'))
                fail("an array does not end");
        }
        --m_depth;
    }

    void word(QByteArrayView expected)
    {
        if (!m_json.sliced(m_at).startsWith(expected))
            return fail("a value is expected");
        m_at += expected.size();
    }

    qsizetype digits()
    {
        const qsizetype start = m_at;
        while (peek() >= '0' && peek() <= '9')
            ++m_at;
        return m_at - start;
    }

    void number()
    {
        constexpr qsizetype longest = 64; // far more digits than any number that fits
        const qsizetype start = m_at;
        take('-');
        const bool zero = peek() == '0';
        const qsizetype whole = digits();
        if (whole == 0 || (zero && whole > 1))
            return fail("a value is expected");
        if (take('.') && digits() == 0)
            return fail("a number does not end");
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            if (digits() == 0)
                return fail("a number does not end");
        }
        if (m_at - start > longest)
            fail("a number is too long");
    }

    /// A string; with its unescaped UTF-8 when that is asked for.
    void string(QByteArray *text)
    {
        if (!take('"'))
            return fail("a string is expected");
        if (m_json.sliced(m_at).startsWith("\xef\xbb\xbf")) // QJsonDocument would drop it from a value
            return fail("a byte order mark begins a string");
        while (!m_wrong) {
            const unsigned char c = peek();
            if (m_at >= m_json.size())
                return fail("a string does not end");
            if (c == '"') {
                ++m_at;
                return;
            }
            if (c < 0x20)
                return fail("a control character stands in a string");
            if (c == '\\') {
                ++m_at;
                escape(text);
            } else if (c < 0x80) {
                ++m_at;
                if (text)
                    text->append(static_cast<char>(c));
            } else {
                multibyte(text);
            }
        }
    }

    void escape(QByteArray *text)
    {
        const unsigned char c = peek();
        ++m_at;
        if (c == '"' || c == '\\' || c == '/') {
            if (text)
                text->append(static_cast<char>(c));
        } else if (c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't') {
            fail("a control character stands in a string");
        } else if (c == 'u') {
            unicodeEscape(text);
        } else {
            fail("an escape is not known");
        }
    }

    /// The four hex digits that follow, or nothing after a failure.
    char32_t hex4()
    {
        char32_t unit = 0;
        for (int i = 0; i < 4; ++i, ++m_at) {
            const unsigned char c = peek();
            const unsigned char lower = c | 0x20;
            if (c >= '0' && c <= '9')
                unit = unit * 16 + char32_t(c - '0');
            else if (lower >= 'a' && lower <= 'f')
                unit = unit * 16 + char32_t(lower - 'a' + 10);
            else
                return fail("an escape is not known"), 0;
        }
        return unit;
    }

    void unicodeEscape(QByteArray *text)
    {
        char32_t point = hex4();
        if (m_wrong)
            return;
        if (point < 0x20)
            return fail("a control character stands in a string");
        if (point >= 0xdc00 && point <= 0xdfff)
            return fail("a surrogate stands alone");
        if (point >= 0xd800 && point <= 0xdbff) {
            if (!take('\\') || !take('u'))
                return fail("a surrogate stands alone");
            const char32_t low = hex4();
            if (m_wrong || low < 0xdc00 || low > 0xdfff)
                return fail("a surrogate stands alone");
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        }
        if (text)
            text->append(QString::fromUcs4(&point, 1).toUtf8());
    }

    /// One character of several bytes, by the table of RFC 3629, section 4: shortest form, no surrogates, up to U+10FFFF.
    void multibyte(QByteArray *text)
    {
        const unsigned char lead = peek();
        const int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        if (lead < 0xc2 || lead > 0xf4 || m_at + length > m_json.size())
            return fail("bytes that are not UTF-8");
        const auto at = [this](int i) { return static_cast<unsigned char>(m_json[m_at + i]); };
        const unsigned char lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        const unsigned char highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (at(1) < lowest || at(1) > highest)
            return fail("bytes that are not UTF-8");
        for (int i = 2; i < length; ++i) {
            if (at(i) < 0x80 || at(i) > 0xbf)
                return fail("bytes that are not UTF-8");
        }
        if (text)
            text->append(m_json.sliced(m_at, length));
        m_at += length;
    }

    const QByteArrayView m_json;
    qsizetype m_at = 0;
    int m_depth = 0;
    const char *m_wrong = nullptr;
};

} // namespace

Result<void> scanJson(QByteArrayView json)
{
    return Scanner(json).scan();
}

} // namespace aegis
