#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QString>

#include <map>
#include <optional>
#include <vector>

namespace aegis::test {

/// A mail that has arrived.
struct ReceivedMail {
    QByteArray raw;
    QString to;
    std::multimap<QString, QString> headers; ///< names in lower case, values decoded
    QString plain;
    QString html;
    QStringList defects;          ///< that a parser has found
    bool isEncrypted = false;     ///< it came over TLS
    bool isAuthenticated = false; ///< by somebody with a password

    /// The only one of that name; null when there is none or more.
    QString header(const QString &name) const
    {
        const auto [from, end] = headers.equal_range(name);
        return std::distance(from, end) == 1 ? from->second : QString();
    }
    /// The token of the link in the text; empty when there is none.
    QByteArray token() const
    {
        const qsizetype at = plain.indexOf(QStringLiteral("#token="));
        return at < 0 ? QByteArray() : plain.mid(at + 7).split(QLatin1Char('\n')).first().trimmed().toLatin1();
    }
};

} // namespace aegis::test
