#include "shared/query/FilterParser.h"

#include "shared/query/FilterFieldNames.h"
#include "shared/query/FilterLexer.h"
#include "shared/query/FilterOperators.h"
#include "shared/query/FilterValues.h"
#include "shared/query/FilterWords.h"
#include "shared/query/NearestName.h"

#include <algorithm>
#include <optional>

namespace aegis {
namespace {

using Kind = FilterToken::Kind;
using Node = FilterExpression;

QString shortened(QStringView text)
{
    return text.size() > 64 ? text.first(64).toString() + QStringLiteral("...") : text.toString();
}

/// Recursive descent, one function for each line of the grammar. A function that gives nothing has set the error.
class Parser {
public:
    Parser(QStringView text, FilterFields fields, Instant now) : m_text(text), m_fields(fields), m_now(now) {}

    FilterParsed run()
    {
        FilterTokens lexed = filterTokens(m_text);
        if (lexed.error)
            return *lexed.error;
        m_tokens = std::move(lexed.tokens);
        if (here().kind == Kind::End)
            return FilterExpression();
        auto expression = any();
        if (expression && here().kind != Kind::End)
            expression = fail(here(), QStringLiteral("a parenthesis is closed that was not opened"));
        if (!expression)
            return m_error;
        return std::move(*expression);
    }

private:
    std::optional<Node> any()
    {
        std::vector<Node> parts;
        do {
            auto part = all();
            if (!part)
                return std::nullopt;
            parts.push_back(std::move(*part));
        } while (skipWord("or"));
        return joinedFilter(Node::Kind::Or, std::move(parts));
    }

    std::optional<Node> all()
    {
        std::vector<Node> parts;
        do {
            auto next = part();
            if (!next)
                return std::nullopt;
            parts.push_back(std::move(*next));
        } while (skipWord("and") || (here().kind != Kind::End && here().kind != Kind::Close && !isWord(here(), "or")));
        return joinedFilter(Node::Kind::And, std::move(parts));
    }

    std::optional<Node> part()
    {
        const FilterToken &token = here();
        if (skipWord("not"))
            return nested(token, [this] { return negated(); });
        switch (token.kind) {
        case Kind::Open:
            ++m_at;
            return nested(token, [this] { return inParentheses(); });
        case Kind::Word:
            if (isConnective(token))
                return fail(token, QStringLiteral("something is missing before '%1'").arg(rawOf(token)), fieldNames(m_fields));
            ++m_at;
            return here().kind == Kind::Operator ? comparison(token) : search(token);
        case Kind::Quoted:
            ++m_at;
            if (here().kind == Kind::Operator)
                return fail(token, QStringLiteral("the name of a field stands without quotes"), fieldNames(m_fields));
            return search(token);
        case Kind::Operator:
            return fail(token, QStringLiteral("the name of a field is missing before '%1'").arg(rawOf(token)), fieldNames(m_fields));
        case Kind::Close:
            return fail(token, QStringLiteral("something is missing before the parenthesis"), fieldNames(m_fields));
        case Kind::End:
            break;
        }
        return fail(token, QStringLiteral("something is missing at the end"), fieldNames(m_fields));
    }

    template <class Function> std::optional<Node> nested(const FilterToken &token, Function function)
    {
        if (m_depth == maxFilterDepth)
            return fail(token, QStringLiteral("nested more than %1 deep").arg(maxFilterDepth));
        ++m_depth;
        auto node = function();
        --m_depth;
        return node;
    }

    std::optional<Node> negated()
    {
        auto inner = part();
        if (!inner)
            return std::nullopt;
        Node node{Node::Kind::Not, {}, {}};
        node.parts.push_back(std::move(*inner));
        return node;
    }

    std::optional<Node> inParentheses()
    {
        auto inner = any();
        if (inner && here().kind != Kind::Close)
            return fail(here(), QStringLiteral("a parenthesis is not closed"), {QStringLiteral(")")});
        ++m_at;
        return inner;
    }

    std::optional<Node> search(const FilterToken &token)
    {
        if (std::none_of(m_fields.begin(), m_fields.end(), [](const FilterField &field) { return field.isSearched; }))
            return fail(token, QStringLiteral("a word needs a field before it here"), fieldNames(m_fields));
        if (token.text.pieces == QStringList{QString()})
            return fail(token, QStringLiteral("there is nothing to look for in empty quotes"));
        // As a Text that matches: brought to the form in which texts are stored.
        const FilterField text{QLatin1String(), FilterType::Text, {}, QLatin1String()};
        Node node{Node::Kind::Comparison, {}, {}};
        return read(token, text, node.comparison) ? std::optional(std::move(node)) : std::nullopt;
    }

    std::optional<Node> comparison(const FilterToken &name)
    {
        Node node{Node::Kind::Comparison, {}, {}};
        node.comparison.field = placeOfField(rawOf(name), m_fields);
        if (node.comparison.field < 0)
            return unknownField(name);
        const FilterField &field = m_fields[static_cast<std::size_t>(node.comparison.field)];

        const FilterToken &op = m_tokens[m_at++];
        const QStringList taken = filterOperatorsOf(field.type);
        if (!taken.contains(filterOperatorText(op.op)))
            return fail(op, QStringLiteral("'%1' is %2, which takes %3").arg(field.name, filterTypeText(field.type), taken.join(u' ')), taken);
        // All but texts have no wildcards that `=` could leave out.
        node.comparison.op = op.op == FilterOperator::Equals && field.type != FilterType::Text ? FilterOperator::Matches : op.op;
        const bool done = here().kind == Kind::Open ? list(field, node.comparison) : single(field, node.comparison);
        return done ? std::optional(std::move(node)) : std::nullopt;
    }

    bool single(const FilterField &field, FilterComparison &comparison)
    {
        const FilterToken &token = here();
        if (!isValue(token, field))
            return false;
        ++m_at;
        if (token.kind == Kind::Word && isFilterNull(rawOf(token)))
            return null(token, comparison);
        return read(token, field, comparison);
    }

    bool null(const FilterToken &token, FilterComparison &comparison)
    {
        const bool isNone = isWord(token, "none");
        switch (comparison.op) {
        case FilterOperator::Matches:
        case FilterOperator::Equals:
            comparison.op = isNone ? FilterOperator::IsNone : FilterOperator::IsAny;
            return true;
        case FilterOperator::Differs:
            comparison.op = isNone ? FilterOperator::IsAny : FilterOperator::IsNone;
            return true;
        default:
            fail(token, QStringLiteral("'%1' stands after ':' only; as a text it stands in quotes").arg(rawOf(token)));
            return false;
        }
    }

    bool list(const FilterField &field, FilterComparison &comparison)
    {
        const FilterToken &open = m_tokens[m_at++];
        const bool takesLists = comparison.op == FilterOperator::Matches || comparison.op == FilterOperator::Equals
            || comparison.op == FilterOperator::Differs;
        if (!takesLists) {
            fail(open, QStringLiteral("'%1' takes one value, not a list").arg(filterOperatorText(comparison.op)));
            return false;
        }
        do {
            const FilterToken &token = here();
            if (!isValue(token, field))
                return false;
            if (token.kind == Kind::Word && isFilterNull(rawOf(token))) {
                fail(token, QStringLiteral("'%1' cannot stand in a list: write %2:%1, or put it in quotes").arg(rawOf(token), field.name));
                return false;
            }
            ++m_at;
            if (!read(token, field, comparison))
                return false;
        } while (skipWord("or"));
        if (here().kind == Kind::Close) {
            ++m_at;
            return true;
        }
        const QStringList expected{QStringLiteral("or"), QStringLiteral(")")};
        fail(here(), QStringLiteral("the values of a list are joined by 'or', and ')' ends it"), expected);
        return false;
    }

    /// Whether a value can stand there at all; the error is set otherwise.
    bool isValue(const FilterToken &token, const FilterField &field)
    {
        if (token.kind == Kind::Quoted)
            return true;
        if (token.kind != Kind::Word || isConnective(token)) {
            fail(token, QStringLiteral("a value of '%1' is missing, which is %2").arg(field.name, filterTypeText(field.type)), valueNames(field));
            return false;
        }
        const QChar first = rawOf(token).front();
        if (first == u'=' || first == u'<' || first == u'>') {
            fail({Kind::Operator, token.position, 1, {}}, QStringLiteral("a second operator; a text that begins with one stands in quotes"));
            return false;
        }
        return true;
    }

    bool read(const FilterToken &token, const FilterField &field, FilterComparison &comparison)
    {
        if (++m_comparisons > maxFilterComparisons) {
            fail(token, QStringLiteral("more than %1 comparisons").arg(maxFilterComparisons));
            return false;
        }
        FilterValuesRead values = readFilterValue(token, field, comparison.op, m_now);
        if (const auto *error = std::get_if<FilterError>(&values)) {
            m_error = *error;
            return false;
        }
        for (FilterValue &value : std::get<std::vector<FilterValue>>(values))
            comparison.values.push_back(std::move(value));
        return true;
    }

    std::optional<Node> unknownField(const FilterToken &name)
    {
        const QString nearest = nearestName(rawOf(name), fieldNames(m_fields));
        const QString hint = nearest.isEmpty() ? QStringLiteral("a text with '%1' in it stands in quotes").arg(rawOf(here()))
                                               : QStringLiteral("did you mean '%1'?").arg(nearest);
        return fail(name, QStringLiteral("unknown field '%1': %2").arg(shortened(rawOf(name)), hint),
                    nearest.isEmpty() ? fieldNames(m_fields) : QStringList{nearest});
    }

    const FilterToken &here() const { return m_tokens[m_at]; }
    QStringView rawOf(const FilterToken &token) const { return m_text.sliced(token.position, token.length); }
    bool isWord(const FilterToken &token, const char *word) const
    {
        return token.kind == Kind::Word && isFilterWord(rawOf(token), QLatin1String(word));
    }
    bool isConnective(const FilterToken &token) const { return token.kind == Kind::Word && isFilterConnective(rawOf(token)); }

    bool skipWord(const char *word)
    {
        const bool isThere = isWord(here(), word);
        m_at += isThere ? 1 : 0;
        return isThere;
    }

    std::nullopt_t fail(const FilterToken &token, QString message, QStringList expected = {})
    {
        m_error = {token.position, token.length, std::move(message), std::move(expected)};
        return std::nullopt;
    }

    const QStringView m_text;
    const FilterFields m_fields;
    const Instant m_now;
    std::vector<FilterToken> m_tokens;
    std::size_t m_at = 0;
    int m_depth = 0;
    int m_comparisons = 0;
    FilterError m_error;
};

} // namespace

FilterParsed parseFilter(QStringView text, FilterFields fields, Instant now)
{
    return Parser(text, fields, now).run();
}

} // namespace aegis
