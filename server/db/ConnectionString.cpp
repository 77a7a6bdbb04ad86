#include "server/db/ConnectionString.h"

#include <libpq-fe.h>

namespace aegis {
namespace {

/// For a `key='value'` pair (PostgreSQL's manual, 34.1.1.1).
QByteArray quoted(QByteArray value)
{
    value.replace('\\', "\\\\").replace('\'', "\\'");
    return '\'' + value + '\'';
}

} // namespace

Result<ConnectionString> ConnectionString::parse(const QString &text)
{
    // libpq's own message may repeat the text, and with it the password.
    const Problem unreadable(
        ProblemCode::Internal,
        QStringLiteral("DATABASE_URL cannot be read; write it as postgres://user:password@host/database (special characters of the "
                       "password as %40, %2F, ...) or as host=... dbname=... user=..."));
    if (text.trimmed().isEmpty() || text.contains(QChar(u'\0')))
        return unreadable;
    char *message = nullptr;
    PQconninfoOption *const options = PQconninfoParse(text.trimmed().toUtf8().constData(), &message);
    PQfreemem(message);
    if (!options)
        return unreadable;

    ConnectionString result;
    bool isPlain = true;
    for (const PQconninfoOption *option = options; option->keyword; ++option) {
        if (!option->val)
            continue;
        const QByteArray keyword(option->keyword);
        if (keyword == "password")
            result.m_password = Secret(QByteArrayView(option->val));
        else
            result.m_values[keyword] = option->val;
        isPlain = isPlain && (keyword == "password" || !QByteArrayView(option->val).contains(';'));
    }
    PQconninfoFree(options);
    if (!isPlain) // Qt's driver takes a semicolon for the end of an option
        return Problem(ProblemCode::Internal,
                       QStringLiteral("DATABASE_URL holds a semicolon outside of the password, which cannot be used; choose other names"));
    return result;
}

ConnectionString ConnectionString::socket(const QString &directory, const QByteArray &role, const QByteArray &database)
{
    ConnectionString result;
    result.m_values = {{"host", directory.toUtf8()}, {"port", "5432"}, {"user", role}, {"dbname", database}};
    return result;
}

QByteArray ConnectionString::value(const QByteArray &keyword) const
{
    const auto found = m_values.find(keyword);
    return found == m_values.end() ? QByteArray() : found->second;
}

ConnectionString ConnectionString::with(const QByteArray &keyword, const QByteArray &value) const
{
    ConnectionString result = *this;
    if (value.isEmpty())
        result.m_values.erase(keyword);
    else
        result.m_values[keyword] = value;
    return result;
}

QByteArray ConnectionString::remainingOptions() const
{
    QByteArray text;
    for (const auto &[keyword, value] : m_values) {
        if (keyword != "host" && keyword != "dbname" && keyword != "user")
            text += keyword + '=' + quoted(value) + ' ';
    }
    return text.trimmed();
}

QString ConnectionString::description() const
{
    QStringList parts;
    for (const auto &[keyword, value] : m_values) {
        for (const char *open : {"dbname", "host", "hostaddr", "port", "sslmode", "target_session_attrs", "user"}) {
            if (keyword == open)
                parts.append(QString::fromUtf8(keyword + '=' + value));
        }
    }
    return parts.join(QLatin1Char(' '));
}

} // namespace aegis
