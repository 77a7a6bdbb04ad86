#include "server/mail/QuotedPrintable.h"

namespace aegis {
namespace {

constexpr qsizetype longestLine = 76;

QByteArray encoded(char c)
{
    return '=' + QByteArray(1, c).toHex().toUpper();
}

void appendLine(QByteArray &out, const QByteArray &line)
{
    qsizetype length = 0;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool isLast = i + 1 == line.size();
        const bool isPlain = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !isLast);
        QByteArray piece = isPlain && !(length == 0 && (c == '.' || c == '-')) ? QByteArray(1, c) : encoded(c);
        if (length + piece.size() > longestLine - (isLast ? 0 : 1)) { // a soft break takes one character
            out += "=\r\n";
            length = 0;
            if (c == '.' || c == '-')
                piece = encoded(c);
        }
        out += piece;
        length += piece.size();
    }
    out += "\r\n";
}

} // namespace

QByteArray quotedPrintable(const QByteArray &text)
{
    QByteArray out;
    out.reserve(text.size() * 5 / 4);
    for (const QByteArray &line : text.split('\n'))
        appendLine(out, line);
    return out;
}

} // namespace aegis
