#pragma once

#include <QtCore/QString>
#include <QtCore/QStringView>

#include <optional>

namespace aegis {

/// The short name of an organization in addresses: 3 to 63 of `a-z 0-9 -`, no hyphen at an end, none doubled, and none of
/// the words that addresses of the product itself need.
class Slug {
public:
    enum class Fault { Length, Characters, Hyphens, Reserved };

    static constexpr qsizetype minLength = 3;
    static constexpr qsizetype maxLength = 63;

    /// What is wrong with it; nothing when it can be a slug. Whether it is free is not known here.
    static std::optional<Fault> faultOf(QStringView text);
    static std::optional<Slug> parse(QStringView text);

    /// A slug near to any text, e.g. an organization's name; nothing when no letter or digit of it can be kept.
    static std::optional<Slug> near(QStringView text);

    const QString &text() const { return m_text; }

    friend bool operator==(const Slug &, const Slug &) = default;

private:
    explicit Slug(QString text) : m_text(std::move(text)) {}

    QString m_text;
};

/// The stable name of a fault on the wire: `length`, `characters`, `hyphens`, `reserved`.
QString slugFaultName(Slug::Fault fault);

} // namespace aegis
