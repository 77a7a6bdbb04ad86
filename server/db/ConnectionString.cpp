#include "server/db/ConnectionString.h"

#include <QtCore/QRegularExpression>

#include <libpq-fe.h>

#include <memory>

namespace aegis {
namespace {

/// For a `key='value'` pair (PostgreSQL's manual, 34.1.1.1).
QByteArray quoted(QByteArray value)
{
    value.replace('\\', "\\\\").replace('\'', "\\'");
    return '\'' + value + '\'';
}

struct FreeOptions {
    void operator()(PQconninfoOption *options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

constexpr QLatin1String named("DATABASE_URL");

/// The first parameter behind the `?` of an address that libpq does not know. What could be a piece of a password with
/// characters of its own (a `?` before the `@`, say) is never given.
QString unknownParameter(const QString &text)
{
    const qsizetype mark = text.indexOf(QLatin1Char('?'));
    if (mark < 0 || !text.startsWith(QStringLiteral("postgres")) || text.indexOf(QLatin1Char('@'), mark) >= 0 || text.count(QLatin1Char('?')) != 1)
        return {};
    const Options known(PQconndefaults());
    static const QRegularExpression plainName(QStringLiteral("^[a-z_]{1,32}$"));
    for (const QString &part : text.mid(mark + 1).split(QLatin1Char('&'))) {
        const QString name = part.left(part.indexOf(QLatin1Char('=')));
        bool isKnown = !known || name == QLatin1String("ssl"); // ssl=true is JDBC's, which libpq takes
        for (const PQconninfoOption *option = known.get(); option && option->keyword && !isKnown; ++option)
            isKnown = name == QLatin1String(option->keyword);
        if (!isKnown)
            return plainName.match(name).hasMatch() ? name : QString();
    }
    return {};
}

} // namespace

QString ConnectionString::faultIn(const QString &text)
{
    if (const QString parameter = unknownParameter(text); !parameter.isEmpty())
        return QStringLiteral("has the unknown parameter '%1': see `Parameter Key Words` in PostgreSQL's manual").arg(parameter);
    const auto read = parse(text);
    return read ? QString() : read.problem().detail.mid(named.size() + 1);
}

Result<ConnectionString> ConnectionString::parse(const QString &text)
{
    // libpq's own message may repeat the text, and with it the password.
    const Problem unreadable(ProblemCode::Internal,
                             named
                                 + QStringLiteral(" cannot be read; write it as postgres://user:password@host/database (special characters of the "
                                                  "password as %40, %2F, ...) or as host=... dbname=... user=..."));
    if (text.trimmed().isEmpty() || text.contains(QChar(u'\0')))
        return unreadable;
    const Options options(PQconninfoParse(text.trimmed().toUtf8().constData(), nullptr));
    if (!options)
        return unreadable;

    ConnectionString result;
    bool isPlain = true;
    for (const PQconninfoOption *option = options.get(); option->keyword; ++option) {
        if (!option->val)
            continue;
        const QByteArray keyword(option->keyword);
        if (keyword == "password")
            result.m_password = Secret(QByteArrayView(option->val));
        else
            result.m_values[keyword] = option->val;
        isPlain = isPlain && (keyword == "password" || !QByteArrayView(option->val).contains(';'));
    }
    if (!isPlain) // Qt's driver takes a semicolon for the end of an option
        return Problem(ProblemCode::Internal,
                       named + QStringLiteral(" holds a semicolon outside of the password, which cannot be used; choose other names"));
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
