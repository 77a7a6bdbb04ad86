#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QString>
#include <QtCore/QUuid>

#include <optional>

namespace aegis {

/// A place in an ordered list: right behind, or before, one row. Clients pass it on as they got it. It is bound to the order that it is a
/// place in; it holds nothing that is not in the row, and is not signed: a forged one is another place in the same list.
struct PageCursor {
    QString sort;                 ///< the field
    bool isDescending = false;    ///< of that order
    std::optional<QString> value; ///< of the row in that field, in the form of SortValue; nothing: it is NULL
    QUuid id;                     ///< of the row

    /// Base64url, without padding.
    QByteArray text() const;
    /// Nothing for what text() cannot have made.
    static std::optional<PageCursor> parse(QByteArrayView text);

    friend bool operator==(const PageCursor &, const PageCursor &) = default;
};

} // namespace aegis
