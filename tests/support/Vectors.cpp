#include "tests/support/Vectors.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>

namespace aegis::test {

QString vectorPath(const QString &name)
{
    return QStringLiteral(AEGIS_VECTORS_DIR) + QLatin1Char('/') + name;
}

std::optional<QJsonObject> readVectors(const QString &name)
{
    QFile file(vectorPath(name));
    if (!file.exists())
        return std::nullopt;
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s cannot be opened", qPrintable(file.fileName()));
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll());
    if (!document.isObject())
        qFatal("%s is no JSON object", qPrintable(file.fileName()));
    return document.object();
}

QByteArray hexMember(const QJsonObject &object, const char *name)
{
    return QByteArray::fromHex(object.value(QLatin1String(name)).toString().toLatin1());
}

} // namespace aegis::test
