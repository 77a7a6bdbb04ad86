#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QString>

#include <optional>

namespace aegis::test {

/// Where the published test vectors are: beside the source tree, not in it.
QString vectorPath(const QString &name);

/// A file of vectors; nothing when it is not there. A file that is there and cannot be read ends the program.
std::optional<QJsonObject> readVectors(const QString &name);

/// The bytes that a member spells in hex.
QByteArray hexMember(const QJsonObject &object, const char *name);

} // namespace aegis::test

/// `AEGIS_VECTORS(vectors, "name.json");` declares the document, or skips the test and says which file is missing.
#define AEGIS_VECTORS(variable, name)                                                                                         \
    const std::optional<QJsonObject> variable##Read = aegis::test::readVectors(QStringLiteral(name));                         \
    if (!variable##Read)                                                                                                      \
        QSKIP(qPrintable(QStringLiteral("the test vectors are not here: ") + aegis::test::vectorPath(QStringLiteral(name)))); \
    const QJsonObject variable = *variable##Read
