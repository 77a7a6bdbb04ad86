#include "tests/layers/LayerRules.h"

#include <QtCore/QFileInfo>
#include <QtCore/QRegularExpression>

#include <array>

namespace aegis::test {
namespace {

/// A rule: files whose path matches `files` must not include what matches `includes`, unless their path matches `except`.
struct IncludeRule {
    const char *files;
    const char *includes;
    const char *except;
    const char *says;
};

constexpr std::array includeRules{
    IncludeRule{"^shared/", "^(server|gui|tests)/", nullptr, "shared knows neither side"},
    IncludeRule{"^server/", "^(gui|tests)/", nullptr, "the server knows neither the console nor the tests"},
    IncludeRule{"^gui/", "^tests/", nullptr, "the console does not know the tests"},
    IncludeRule{"^gui/", "^server/", "^gui/main\\.cpp$", "the console only speaks the HTTP API; main.cpp alone joins both"},
    IncludeRule{"^gui/models/", "^QtWidgets/|^Q(Widget|Application|Dialog)$", nullptr, "models know no widgets"},
    IncludeRule{"", "^QtHttpServer/|^Q(Abstract)?HttpServer", "^server/http/|^tests/server/http/", "only server/http knows QtHttpServer"},
    IncludeRule{"^(shared|server|gui)/", "^libpq-fe\\.h$|^QtSql/|^QSql", "^server/db/|Store\\.(h|cpp)$", "only server/db and the stores know SQL"},
    IncludeRule{"^server/db/", "(Store|Service|Api)\\.h$", nullptr, "the database knows no feature"},
    IncludeRule{"^server/.*Store\\.(h|cpp)$", "^server/.*(Service|Api)\\.h$", nullptr, "a store is called by its service and calls none"},
    IncludeRule{"^server/.*Service\\.(h|cpp)$", "^server/.*Api\\.h$", nullptr, "a service is called by its API and calls none"},
    IncludeRule{"^server/.*Api\\.(h|cpp)$", "^server/.*Store\\.h$|^server/db/|^libpq-fe\\.h$", nullptr,
                "an API reaches the database through its service"},
};

QStringList includesOf(const QString &text)
{
    static const QRegularExpression include(QStringLiteral(R"re(^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"])re"),
                                            QRegularExpression::MultilineOption);
    QStringList names;
    for (auto match = include.globalMatch(text); match.hasNext();)
        names.append(match.next().captured(1));
    return names;
}

bool matches(const char *pattern, const QString &text)
{
    return pattern && QRegularExpression(QLatin1String(pattern)).match(text).hasMatch();
}

/// The beginning of the first string literal that begins like a statement of SQL; empty when none does.
QString sqlIn(const QString &text)
{
    static const QRegularExpression statement(
        QStringLiteral(R"re(R?"([a-z]*\()?\s*((select|with)\s+\S+\s[^"]*|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s)re"
                       R"re(|(create|alter|drop)\s+(table|role|schema|function|index|type)\s|set\s+local\s))re"),
        QRegularExpression::CaseInsensitiveOption);
    for (auto match = statement.globalMatch(text); match.hasNext();) {
        const QString found = match.next().captured(0);
        const bool query = found.contains(QLatin1String("select"), Qt::CaseInsensitive) || found.contains(QLatin1String("with"), Qt::CaseInsensitive);
        static const QRegularExpression queryOnly(QStringLiteral(R"re(\b(from|set_config|as\s*\()|\w\(|::)re"),
                                                  QRegularExpression::CaseInsensitiveOption);
        if (!query || queryOnly.match(found).hasMatch())
            return found.left(40).simplified();
    }
    return {};
}

} // namespace

QStringList layerViolations(const QString &path, const QString &text)
{
    QStringList found;
    for (const QString &name : includesOf(text)) {
        for (const IncludeRule &rule : includeRules) {
            if (matches(rule.files, path) && matches(rule.includes, name) && !matches(rule.except, path))
                found.append(QStringLiteral("%1 includes %2: %3").arg(path, name, QLatin1String(rule.says)));
        }
    }
    if (matches("^(shared|server|gui)/", path) && !matches("^server/db/|Store\\.(h|cpp)$", path)) {
        const QString sql = sqlIn(text);
        if (!sql.isEmpty())
            found.append(QStringLiteral("%1 holds SQL (%2): only server/db and the stores know SQL").arg(path, sql));
    }
    return found;
}

} // namespace aegis::test
