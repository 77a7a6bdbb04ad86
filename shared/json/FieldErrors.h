#pragma once

#include "shared/result/Problem.h"

#include <QtCore/QString>

#include <string_view>

namespace aegis {

/// Collects what is wrong with the fields of one request, so that the client hears of all of it at once.
class FieldErrors {
public:
    /// Errors that are kept; more of them tell nobody more.
    static constexpr std::size_t limit = 32;

    /// Adds an error of the field that is being read. The message must not hold the field's value.
    void add(FieldCode code, QString message);
    /// Adds an error of a member of the object that is being read.
    void addFor(QStringView member, FieldCode code, QString message);

    bool isEmpty() const { return m_errors.empty(); }
    bool isFull() const { return m_errors.size() >= limit; }
    /// The problem `validation_failed` with all of them.
    Problem toProblem() &&;

    /// Stands in a member for as long as it lives: `user`, then `user.email`, then `roles[2]`.
    class Step {
    public:
        Step(FieldErrors &errors, std::string_view member);
        Step(FieldErrors &errors, qsizetype index);
        ~Step() { m_errors.m_path.truncate(m_length); }
        Step(const Step &) = delete;
        Step &operator=(const Step &) = delete;

    private:
        FieldErrors &m_errors;
        qsizetype m_length;
    };

private:
    QString m_path;
    std::vector<FieldError> m_errors;
};

} // namespace aegis
