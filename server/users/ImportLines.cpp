#include "server/users/ImportLines.h"

namespace aegis {

/// A piece of a line, with its LF if it has come to it; empty at the end.
QByteArray ImportLines::read()
{
    QByteArray piece = m_device.readLine(m_longest + 2); // room for CR LF
    m_position += piece.size();
    return piece;
}

std::optional<ImportLine> ImportLines::next()
{
    for (;;) {
        QByteArray bytes = read();
        if (bytes.isEmpty())
            return std::nullopt;
        const bool isFirst = m_number++ == 0;
        bool isTooLong = false;
        while (!bytes.endsWith('\n')) {
            const QByteArray more = read();
            if (more.isEmpty())
                break;
            isTooLong = true;
            bytes = more.endsWith('\n') ? QByteArray("\n") : QByteArray("-");
        }
        if (bytes.endsWith('\n'))
            bytes.chop(1);
        if (bytes.endsWith('\r'))
            bytes.chop(1);
        if (isFirst && bytes.startsWith("\xef\xbb\xbf"))
            bytes.remove(0, 3);
        if (isTooLong || bytes.size() > m_longest)
            return ImportLine{.number = m_number, .bytes = {}, .isTooLong = true};
        if (!bytes.trimmed().isEmpty())
            return ImportLine{.number = m_number, .bytes = bytes};
    }
}

} // namespace aegis
