#pragma once

#include "server/db/Sql.h"
#include "shared/ids/Id.h"
#include "shared/result/Result.h"
#include "shared/time/Instant.h"

#include <QtCore/QJsonObject>
#include <QtNetwork/QHostAddress>

#include <memory>
#include <optional>

struct pg_result;

namespace aegis {

/// One row of an answer. It keeps the whole answer alive; cheap to copy.
class Row {
public:
    /// The value of a column, by its place (from 0) or name. A NULL is only taken by std::optional<T>; NULL for another T,
    /// a value that is no T and a column that is not there are bugs: std::logic_error.
    ///
    /// T: bool, int, qint64, double, QString, QByteArray (the bytes of a bytea, else the UTF-8 text), QUuid, Id<Tag>,
    /// Instant (from timestamptz, to the microsecond), QHostAddress (inet), QStringList (text[]), QJsonObject (json, jsonb).
    template <class T> T get(int column) const;
    template <class T> T get(const char *column) const { return get<T>(place(column)); }
    bool isNull(int column) const;

private:
    friend class Rows;
    Row(std::shared_ptr<const pg_result> result, int row) : m_result(std::move(result)), m_row(row) {}

    int place(const char *column) const;
    void read(int column, bool &value) const;
    void read(int column, int &value) const;
    void read(int column, qint64 &value) const;
    void read(int column, double &value) const;
    void read(int column, QString &value) const;
    void read(int column, QByteArray &value) const;
    void read(int column, QUuid &value) const;
    void read(int column, Instant &value) const;
    void read(int column, QHostAddress &value) const;
    void read(int column, QStringList &value) const;
    void read(int column, QJsonObject &value) const;
    template <class Tag> void read(int column, Id<Tag> &value) const { value = Id<Tag>(get<QUuid>(column)); }
    template <class T> void read(int column, std::optional<T> &value) const
    {
        if (!isNull(column))
            value = get<T>(column);
    }
    QByteArrayView text(int column) const;
    [[noreturn]] void fail(int column, const char *wanted) const;

    std::shared_ptr<const pg_result> m_result;
    int m_row;
    mutable int m_next = 0; ///< after the column that was asked for last by its name: they are mostly asked for in their order
};

template <class T> T Row::get(int column) const
{
    T value{};
    read(column, value);
    return value;
}

/// The answer to one statement. Cheap to copy; may outlive its transaction.
class Rows {
public:
    /// Takes a result of libpq and clears it in the end.
    explicit Rows(pg_result *result);

    int size() const;
    bool isEmpty() const { return size() == 0; }
    /// How many rows an INSERT, UPDATE, DELETE or SELECT touched.
    qint64 affected() const;
    Row operator[](int row) const;
    Row first() const { return (*this)[0]; }

    /// `for (const Row row : rows)`
    class Iterator {
    public:
        Iterator(const Rows &rows, int row) : m_rows(rows), m_row(row) {}
        Row operator*() const { return m_rows[m_row]; }
        Iterator &operator++()
        {
            ++m_row;
            return *this;
        }
        bool operator!=(const Iterator &other) const { return m_row != other.m_row; }

    private:
        const Rows &m_rows;
        int m_row;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size()}; }

private:
    std::shared_ptr<const pg_result> m_result;
};

/// Exactly one row, or the problem `otherwise` when there is none. More than one is a bug (`internal`).
Result<Row> rowOf(const Result<Rows> &rows, ProblemCode otherwise);

} // namespace aegis
