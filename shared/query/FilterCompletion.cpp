#include "shared/query/FilterCompletion.h"

#include "shared/query/FilterFieldNames.h"
#include "shared/query/FilterLexer.h"
#include "shared/query/FilterOperators.h"
#include "shared/query/FilterWords.h"

#include <algorithm>

namespace aegis {
namespace {

using Kind = FilterToken::Kind;

/// Where in the language the cursor is.
enum class Place { Part, AfterPart, Value, ListValue, AfterListValue, Nowhere };

class Completer {
public:
    Completer(QStringView text, FilterFields fields) : m_text(text), m_fields(fields) {}

    FilterCompletion run()
    {
        FilterTokens lexed = filterTokens(m_text);
        if (lexed.error)
            return {};
        lexed.tokens.pop_back(); // the End
        m_tokens = std::move(lexed.tokens);

        m_answer.position = m_text.size();
        if (!m_tokens.empty() && m_tokens.back().kind == Kind::Word && m_tokens.back().position + m_tokens.back().length == m_text.size()) {
            m_prefix = rawOf(m_tokens.back());
            m_answer.position = m_tokens.back().position;
            m_answer.length = m_prefix.size();
            m_tokens.pop_back();
        }
        for (const FilterToken &token : m_tokens)
            step(token);
        suggest();
        return std::move(m_answer);
    }

private:
    QStringView rawOf(const FilterToken &token) const { return m_text.sliced(token.position, token.length); }

    const FilterField *fieldOf(QStringView name) const
    {
        const int place = placeOfField(name, m_fields);
        return place < 0 ? nullptr : &m_fields[static_cast<std::size_t>(place)];
    }

    bool isWord(const FilterToken &token, const char *word) const
    {
        return token.kind == Kind::Word && isFilterWord(rawOf(token), QLatin1String(word));
    }

    void step(const FilterToken &token)
    {
        const bool isText = token.kind == Kind::Word || token.kind == Kind::Quoted;
        switch (m_place) {
        case Place::AfterPart:
            if (token.kind == Kind::Operator) {
                m_place = m_field ? Place::Value : Place::Nowhere;
            } else if (token.kind == Kind::Close) {
                m_place = m_open-- > 0 ? Place::AfterPart : Place::Nowhere;
                m_field = nullptr;
            } else if (isWord(token, "and") || isWord(token, "or")) {
                m_place = Place::Part;
            } else {
                part(token);
            }
            return;
        case Place::Part:
            return part(token);
        case Place::Value:
            m_place = token.kind == Kind::Open ? Place::ListValue : isText ? Place::AfterPart : Place::Nowhere;
            if (isText)
                m_field = nullptr;
            return;
        case Place::ListValue:
            m_place = isText ? Place::AfterListValue : Place::Nowhere;
            return;
        case Place::AfterListValue:
            m_place = isWord(token, "or") ? Place::ListValue : token.kind == Kind::Close ? Place::AfterPart : Place::Nowhere;
            if (token.kind == Kind::Close)
                m_field = nullptr;
            return;
        case Place::Nowhere:
            return;
        }
    }

    void part(const FilterToken &token)
    {
        m_field = nullptr;
        m_place = Place::Nowhere;
        if (token.kind == Kind::Open) {
            ++m_open;
            m_place = Place::Part;
        } else if (isWord(token, "not")) {
            m_place = Place::Part;
        } else if (token.kind == Kind::Quoted || (token.kind == Kind::Word && !isFilterConnective(rawOf(token)))) {
            m_place = Place::AfterPart;
            m_field = token.kind == Kind::Word ? fieldOf(rawOf(token)) : nullptr;
        }
    }

    void suggest()
    {
        const bool isAtPart = m_place == Place::Part || m_place == Place::AfterPart;
        if (const FilterField *field = isAtPart ? fieldOf(m_prefix) : nullptr) { // its name is complete
            m_answer.position = m_text.size();
            m_answer.length = 0;
            m_prefix = {};
            return operatorsOf(*field);
        }
        switch (m_place) {
        case Place::AfterPart:
            if (m_field && m_prefix.isEmpty())
                operatorsOf(*m_field);
            add(QStringLiteral("and"));
            add(QStringLiteral("or"));
            if (m_open > 0)
                add(QStringLiteral(")"));
            return parts();
        case Place::Part:
            return parts();
        case Place::Value:
            values();
            add(QStringLiteral("none"));
            return add(QStringLiteral("any"));
        case Place::ListValue:
            return values();
        case Place::AfterListValue:
            add(QStringLiteral("or"));
            return add(QStringLiteral(")"));
        case Place::Nowhere:
            return;
        }
    }

    void parts()
    {
        for (const FilterField &field : m_fields)
            add(field.name, field.description);
        add(QStringLiteral("not"));
    }

    void operatorsOf(const FilterField &field)
    {
        for (const QString &text : filterOperatorsOf(field.type))
            add(text);
    }

    void values()
    {
        for (const QString &value : valueNames(*m_field))
            add(isFilterNull(value) ? u'"' + value + u'"' : value); // without quotes it would mean something else
        if (m_field->type == FilterType::Time) {
            for (const char *text : {"-1h", "-24h", "-7d", "-30d", "now"})
                add(QString::fromLatin1(text));
        }
    }

    /// Suggests what begins with what has been typed.
    void add(const QString &text, QLatin1String description = {})
    {
        if (text.startsWith(m_prefix, Qt::CaseInsensitive))
            m_answer.suggestions.push_back({text, description});
    }

    const QStringView m_text;
    const FilterFields m_fields;
    std::vector<FilterToken> m_tokens;
    QStringView m_prefix;
    Place m_place = Place::Part;
    const FilterField *m_field = nullptr; ///< that an operator or a value would be of
    int m_open = 0;
    FilterCompletion m_answer;
};

} // namespace

FilterCompletion completeFilter(QStringView text, qsizetype cursor, FilterFields fields)
{
    return Completer(text.first(std::clamp<qsizetype>(cursor, 0, text.size())), fields).run();
}

} // namespace aegis
