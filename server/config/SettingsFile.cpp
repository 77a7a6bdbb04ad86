#include "server/config/SettingsFile.h"

#include <QtCore/QFile>

#include <sys/stat.h>

#include <optional>

namespace aegis {
namespace {

constexpr qint64 longestFile = 1024 * 1024;

bool isName(QByteArrayView name)
{
    if (name.isEmpty() || (name.front() >= '0' && name.front() <= '9'))
        return false;
    for (const char c : name) {
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

/// Whether what follows a closing quote may stand there.
bool isOnlyComment(QByteArrayView rest)
{
    const QByteArrayView trimmed = rest.trimmed();
    return trimmed.isEmpty() || trimmed.front() == '#';
}

std::optional<QByteArray> parseQuoted(QByteArrayView text)
{
    const char quote = text.front();
    QByteArray value;
    for (qsizetype i = 1; i < text.size(); ++i) {
        char c = text[i];
        if (c == quote)
            return isOnlyComment(text.sliced(i + 1)) ? std::optional(value) : std::nullopt;
        if (c == '\\' && quote == '"') {
            if (++i >= text.size())
                return std::nullopt;
            c = text[i];
            if (c == 'n')
                c = '\n';
            else if (c == 't')
                c = '\t';
            else if (c != '"' && c != '\\' && c != '$')
                return std::nullopt;
        }
        value.append(c);
    }
    return std::nullopt; // the closing quote is missing
}

std::optional<QByteArray> parseValue(QByteArrayView text)
{
    if (!text.isEmpty() && (text.front() == '"' || text.front() == '\''))
        return parseQuoted(text);
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t'))
            return text.first(i).trimmed().toByteArray();
    }
    return text.toByteArray();
}

FieldError lineError(const QString &path, int line, QLatin1String what)
{
    return {QStringLiteral("%1 line %2").arg(path).arg(line), FieldCode::Format, what};
}

} // namespace

Result<SettingsFile> SettingsFile::read(const QString &path)
{
    QFile file(path);
    struct stat status {};
    if (!file.open(QIODevice::ReadOnly) || fstat(file.handle(), &status) != 0) {
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("the file %1 cannot be read: %2").arg(path, file.errorString()))
            .withField({path, FieldCode::SettingValue, QStringLiteral("cannot be read: %1").arg(file.errorString())});
    }
    const QByteArray bytes = file.read(longestFile + 1);
    if (bytes.size() > longestFile) {
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("the file %1 is longer than 1 MiB").arg(path))
            .withField({path, FieldCode::Length, QStringLiteral("is longer than 1 MiB, so it is no file of settings")});
    }
    TRY(SettingsFile parsed, parse(bytes, path));
    parsed.isReadableByOthers = (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
    return parsed;
}

Result<SettingsFile> SettingsFile::parse(const QByteArray &bytes, const QString &path)
{
    SettingsFile file;
    Problem problem(ProblemCode::ValidationFailed);
    int number = 0;
    for (const QByteArray &whole : bytes.split('\n')) {
        ++number;
        QByteArrayView line = QByteArrayView(whole).trimmed();
        if (line.isEmpty() || line.front() == '#')
            continue;
        if (line.startsWith("export "))
            line = line.sliced(7).trimmed();
        const qsizetype equals = line.indexOf('=');
        const QByteArrayView name = equals < 0 ? line : line.first(equals).trimmed();
        if (equals < 0 || !isName(name)) {
            problem.fields.push_back(lineError(path, number, QLatin1String("must be KEY=VALUE, a comment that begins with #, or empty")));
            continue;
        }
        const auto value = parseValue(line.sliced(equals + 1).trimmed());
        if (!value || value->contains('\0')) {
            problem.fields.push_back(
                lineError(path, number, QLatin1String("has quotes that do not match, an unknown escape, or something behind the closing quote")));
            continue;
        }
        file.entries.push_back({name.toByteArray(), *value, number});
    }
    if (!problem.fields.empty())
        return problem;
    return file;
}

} // namespace aegis
