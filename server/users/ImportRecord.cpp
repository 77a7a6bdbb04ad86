#include "server/users/ImportRecord.h"

#include "server/config/SettingText.h"
#include "server/passwords/Bcrypt.h"
#include "server/passwords/PhcString.h"
#include "server/users/CsvRecord.h"
#include "shared/json/JsonDecoder.h"

#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

Problem invalid(const QString &field, FieldCode code, const QString &message)
{
    return Problem(ProblemCode::ValidationFailed).withField({field, code, message});
}

QByteArrayList knownColumns()
{
    QByteArrayList names;
    forEachField<ImportRecord>([&](const auto &known) { names.append(QByteArray(known.name.data(), static_cast<qsizetype>(known.name.size()))); });
    return names;
}

/// An empty field says nothing.
Result<QJsonObject> objectOf(const QByteArrayList &columns, const QByteArrayList &fields)
{
    QJsonObject object;
    for (qsizetype i = 0; i < columns.size(); ++i) {
        const QByteArray &text = fields[i];
        const QString name = QString::fromLatin1(columns[i]);
        if (text.isEmpty())
            continue;
        if (!text.isValidUtf8())
            return invalid(name, FieldCode::Format, QStringLiteral("Must be UTF-8."));
        if (columns[i] != "emailVerified") {
            object.insert(name, QString::fromUtf8(text));
            continue;
        }
        const auto toggle = setting_text::parseToggle(text);
        if (!toggle)
            return invalid(name, FieldCode::Type, QStringLiteral("Must be true or false."));
        object.insert(name, *toggle);
    }
    return object;
}

} // namespace

bool ImportRecord::hasUsableHash() const
{
    if (!passwordHash)
        return true;
    const QByteArray hash = passwordHash->toUtf8();
    if (const auto rounds = bcryptRounds(hash))
        return isAcceptableBcryptRounds(*rounds);
    const auto phc = PhcString::parse(hash);
    return phc && isAcceptableCost(phc->cost);
}

Result<ImportFormat> ImportFormat::of(const QByteArray &firstLine)
{
    ImportFormat format;
    if (firstLine.trimmed().startsWith('{'))
        return format;
    const auto columns = csvRecord(firstLine);
    const QByteArrayList known = knownColumns();
    const QString must = QStringLiteral("The first line must name the columns, once each: email, and of %1 those that there are.")
                             .arg(QString::fromLatin1(known.mid(1).join(", ")));
    if (!columns || !columns->contains("email"))
        return invalid(QStringLiteral("columns"), FieldCode::Required, must);
    for (const QByteArray &column : *columns) {
        if (!known.contains(column) || columns->count(column) > 1)
            return invalid(QStringLiteral("columns"), FieldCode::Unknown, must);
    }
    format.m_columns = *columns;
    return format;
}

Result<ImportRecord> ImportFormat::read(const QByteArray &line) const
{
    QByteArray json = line;
    if (isCsv()) {
        const auto fields = csvRecord(line);
        if (!fields || fields->size() != m_columns.size())
            return invalid(QStringLiteral("line"), FieldCode::Format, QStringLiteral("Must have %1 fields of CSV.").arg(m_columns.size()));
        TRY(const QJsonObject object, objectOf(m_columns, *fields));
        json = QJsonDocument(object).toJson(QJsonDocument::Compact);
    }
    TRY(ImportRecord record, decode<ImportRecord>(json));
    if (!record.hasUsableHash())
        return invalid(QStringLiteral("passwordHash"), FieldCode::Format,
                       QStringLiteral("Must be an Argon2id hash in PHC form or a bcrypt hash ($2a$, $2b$, $2y$) of a bearable cost."));
    if (record.organizationSlug.has_value() != record.role.has_value())
        return invalid(QStringLiteral("role"), FieldCode::Required, QStringLiteral("Must be given with organizationSlug, and only then."));
    return record;
}

} // namespace aegis
