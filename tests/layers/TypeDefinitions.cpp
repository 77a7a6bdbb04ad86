#include "tests/layers/TypeDefinitions.h"

#include <QtCore/QRegularExpression>

namespace aegis::test {
namespace {

enum class ScopeKind { Namespace, Anonymous, Other };

struct Scope {
    ScopeKind kind;
    QString name;
};

/// The source without comments, literals and preprocessor lines, in tokens.
QStringList tokensOf(QString text)
{
    static const QRegularExpression silent(QStringLiteral(R"re(R"(\w*)\((?s:.*?)\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+')re"
                                                          R"re(|//[^\n]*|/\*(?s:.*?)\*/|(?m:^[ \t]*#(?:[^\n]*\\\n)*[^\n]*))re"));
    static const QRegularExpression token(QStringLiteral(R"re([A-Za-z_]\w*|::|\[\[|\]\]|[{}();:<>=])re"));
    text.replace(silent, QStringLiteral(" "));
    QStringList tokens;
    for (auto match = token.globalMatch(text); match.hasNext();)
        tokens.append(match.next().captured(0));
    return tokens;
}

/// Drops what begins at the front with `open`, up to the `close` that belongs to it.
void dropBracketed(QStringList &head, const QString &open, const QString &close)
{
    int depth = 0;
    do {
        depth += head.front() == open ? 1 : head.front() == close ? -1 : 0;
        head.removeFirst();
    } while (depth > 0 && !head.isEmpty());
}

bool isName(const QString &token)
{
    return token.front().isLetter() || token.front() == u'_';
}

/// The name in a head like `template <class T> class [[nodiscard]] Name final : Base`; empty when it defines no type.
QString typeNameIn(QStringList head)
{
    while (!head.isEmpty() && (head.front() == QLatin1String("template") || head.front() == QLatin1String("typedef"))) {
        head.removeFirst();
        if (!head.isEmpty() && head.front() == QLatin1String("<"))
            dropBracketed(head, QStringLiteral("<"), QStringLiteral(">"));
    }
    static const QStringList keys{QStringLiteral("struct"), QStringLiteral("class"), QStringLiteral("union"), QStringLiteral("enum")};
    if (head.isEmpty() || !keys.contains(head.front()))
        return {};
    while (!head.isEmpty() && keys.contains(head.front()))
        head.removeFirst();
    while (!head.isEmpty() && (head.front() == QLatin1String("[[") || head.front() == QLatin1String("alignas"))) {
        if (head.takeFirst() == QLatin1String("alignas"))
            dropBracketed(head, QStringLiteral("("), QStringLiteral(")"));
        else
            while (!head.isEmpty() && head.takeFirst() != QLatin1String("]]")) {}
    }
    QString name;
    while (!head.isEmpty() && (isName(head.front()) || head.front() == QLatin1String("::")) && head.front() != QLatin1String("final"))
        name += head.takeFirst();
    const bool isSpecialization = !head.isEmpty() && head.front() == QLatin1String("<");
    const bool isFunctionOrObject = !head.isEmpty() && (head.front() == QLatin1String("(") || head.front() == QLatin1String("="));
    return isSpecialization || isFunctionOrObject ? QString() : name;
}

Scope scopeOf(QStringList head)
{
    if (!head.isEmpty() && head.front() == QLatin1String("inline"))
        head.removeFirst();
    if (head.isEmpty() || head.front() != QLatin1String("namespace"))
        return {ScopeKind::Other, {}};
    head.removeFirst();
    return head.isEmpty() ? Scope{ScopeKind::Anonymous, {}} : Scope{ScopeKind::Namespace, head.join(QString())};
}

} // namespace

QStringList typesDefinedIn(const QString &text)
{
    QStringList found;
    std::vector<Scope> scopes;
    QStringList head;
    for (const QString &token : tokensOf(text)) {
        if (token == QLatin1String("{")) {
            QString prefix;
            bool isVisible = true;
            for (const Scope &scope : scopes) {
                isVisible = isVisible && scope.kind == ScopeKind::Namespace;
                prefix += scope.name + QLatin1String("::");
            }
            if (const QString name = typeNameIn(head); isVisible && !name.isEmpty())
                found.append(prefix + name);
            scopes.push_back(scopeOf(head));
            head.clear();
        } else if (token == QLatin1String("}")) {
            if (!scopes.empty())
                scopes.pop_back();
            head.clear();
        } else if (token == QLatin1String(";")) {
            head.clear();
        } else {
            head.append(token);
        }
    }
    return found;
}

} // namespace aegis::test
