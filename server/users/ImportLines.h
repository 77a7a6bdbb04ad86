#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QIODevice>

#include <optional>

namespace aegis {

/// One line of a file.
struct ImportLine {
    qint64 number = 0; ///< from 1
    QByteArray bytes;  ///< without its end; empty when it is too long
    bool isTooLong = false;
};

/// The lines of a file of any size, one at a time: what is longer than a line may be is passed over in pieces, so memory has a
/// bound. A line ends with LF, CR LF or the file; a byte order mark at the beginning is left out.
class ImportLines {
public:
    explicit ImportLines(QIODevice &device, qsizetype longest = 64 * 1024) : m_device(device), m_longest(longest) {}

    /// The next line that is not empty; nothing at the end.
    std::optional<ImportLine> next();
    /// How far it has come, in bytes.
    qint64 position() const { return m_position; }

private:
    QByteArray read();

    QIODevice &m_device;
    const qsizetype m_longest;
    qint64 m_number = 0;
    qint64 m_position = 0;
};

} // namespace aegis
