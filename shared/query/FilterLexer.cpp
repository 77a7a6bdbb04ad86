#include "shared/query/FilterLexer.h"

#include <array>

namespace aegis {
namespace {

using Kind = FilterToken::Kind;

struct OperatorName {
    QLatin1String text;
    FilterOperator op;
};

/// The longer ones first.
constexpr std::array operators{
    OperatorName{QLatin1String("!="), FilterOperator::Differs},        OperatorName{QLatin1String("<="), FilterOperator::LessOrEqual},
    OperatorName{QLatin1String(">="), FilterOperator::GreaterOrEqual}, OperatorName{QLatin1String(":"), FilterOperator::Matches},
    OperatorName{QLatin1String("="), FilterOperator::Equals},          OperatorName{QLatin1String("<"), FilterOperator::Less},
    OperatorName{QLatin1String(">"), FilterOperator::Greater},
};

const OperatorName *operatorAt(QStringView rest)
{
    for (const OperatorName &name : operators) {
        if (rest.startsWith(name.text))
            return &name;
    }
    return nullptr;
}

class Lexer {
public:
    explicit Lexer(QStringView text) : m_text(text) {}

    FilterTokens run() &&
    {
        if (m_text.size() > maxFilterLength) {
            fail(maxFilterLength, m_text.size() - maxFilterLength, QStringLiteral("a filter has at most %1 characters").arg(maxFilterLength));
            return std::move(m_result);
        }
        while (!m_result.error && skipSpace())
            next();
        m_result.tokens.push_back({Kind::End, m_text.size(), 0, {}});
        return std::move(m_result);
    }

private:
    bool skipSpace()
    {
        while (m_at < m_text.size() && m_text[m_at].isSpace())
            ++m_at;
        return m_at < m_text.size();
    }

    void next()
    {
        const QChar c = m_text[m_at];
        if (c == u'(' || c == u')') {
            const bool isListBegin = c == u'(' && m_isValue;
            m_isInList = isListBegin; // lists hold no parentheses
            m_isValue = isListBegin;
            m_result.tokens.push_back({c == u'(' ? Kind::Open : Kind::Close, m_at++, 1, {}});
        } else if (c == u'"') {
            quoted();
        } else if (const auto *name = m_isValue ? nullptr : operatorAt(m_text.sliced(m_at))) {
            m_result.tokens.push_back({Kind::Operator, m_at, name->text.size(), {}, name->op});
            m_at += name->text.size();
            m_isValue = true;
        } else {
            word();
        }
    }

    void word()
    {
        const qsizetype start = m_at;
        begin();
        while (m_at < m_text.size() && !m_result.error) {
            const QChar c = m_text[m_at];
            if (c.isSpace() || c == u'(' || c == u')' || (!m_isValue && operatorAt(m_text.sliced(m_at))))
                break;
            if (c == u'"')
                return fail(m_at, 1, QStringLiteral("a quote inside of a word: put all of the text in quotes, or write \\\""));
            character();
        }
        end(Kind::Word, start);
    }

    void quoted()
    {
        const qsizetype start = m_at++;
        begin();
        while (m_at < m_text.size() && m_text[m_at] != u'"' && !m_result.error)
            character();
        if (m_result.error)
            return;
        if (m_at >= m_text.size()) {
            m_result.isInQuotes = true;
            return fail(start, m_text.size() - start, QStringLiteral("the quotes are not closed"), {QStringLiteral("\"")});
        }
        ++m_at;
        end(Kind::Quoted, start);
        if (m_at < m_text.size() && !m_text[m_at].isSpace() && m_text[m_at] != u'(' && m_text[m_at] != u')' && !operatorAt(m_text.sliced(m_at)))
            fail(m_at, 1, QStringLiteral("a space is missing after the quotes"), {QStringLiteral(" ")});
    }

    void begin() { m_pieces = {QString()}; }

    /// Takes one character into the present word: what stands after a backslash as it is, and a star as a wildcard.
    void character()
    {
        const qsizetype start = m_at;
        if (m_text[m_at] == u'\\') {
            if (++m_at >= m_text.size())
                return fail(start, 1, QStringLiteral("nothing stands after the backslash"));
        } else if (m_text[m_at] == u'*') {
            ++m_at;
            if (m_pieces.size() == 1 || !m_pieces.back().isEmpty())
                m_pieces.append(QString());
            return;
        }
        const QChar c = m_text[m_at];
        if (c.isNull())
            return fail(m_at, 1, QStringLiteral("a NUL cannot be looked for"));
        if (c.isSurrogate()) {
            if (c.isLowSurrogate() || m_at + 1 >= m_text.size() || !m_text[m_at + 1].isLowSurrogate())
                return fail(m_at, 1, QStringLiteral("half of a surrogate pair is no character"));
            m_pieces.back().append(c);
            ++m_at;
        }
        m_pieces.back().append(m_text[m_at++]);
    }

    void end(Kind kind, qsizetype start)
    {
        if (m_result.error)
            return;
        m_result.tokens.push_back({kind, start, m_at - start, {std::move(m_pieces)}});
        m_isValue = m_isInList;
    }

    void fail(qsizetype position, qsizetype length, QString message, QStringList expected = {})
    {
        m_result.error = FilterError{position, length, std::move(message), std::move(expected)};
    }

    const QStringView m_text;
    FilterTokens m_result;
    QStringList m_pieces;
    qsizetype m_at = 0;
    bool m_isValue = false;
    bool m_isInList = false;
};

} // namespace

FilterTokens filterTokens(QStringView text)
{
    return Lexer(text).run();
}

} // namespace aegis
