#pragma once

#include "shared/result/FieldCode.h"
#include "shared/result/ProblemCode.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <chrono>
#include <optional>
#include <vector>

namespace aegis {

/// What is wrong with one field of a request (status 422).
struct FieldError {
    QString field; ///< name on the wire, e.g. `organizationSlug`
    FieldCode code;
    QString message; ///< English sentence for a developer

    friend bool operator==(const FieldError &, const FieldError &) = default;
};

/// A refusal: what the client is told, and apart from it what only the log is told (RFC 9457).
struct Problem {
    explicit Problem(ProblemCode problemCode) : code(problemCode) {}
    Problem(ProblemCode problemCode, QString text) : code(problemCode), detail(std::move(text)) {}

    int status() const { return problemInfo(code).status; }

    /// For the log only: what failed inside. It must not hold a secret; it never leaves the server.
    Problem &withInternal(QString text) &;
    Problem &&withInternal(QString text) &&;
    Problem &&withField(FieldError error) &&;
    /// JSON of what is there at present, for a client whose change was refused because of it: the member `current`.
    Problem &&withCurrent(QByteArray json) &&;
    /// Answered as `Retry-After`, in whole seconds.
    Problem &&withRetryAfter(std::chrono::seconds delay) &&;

    ProblemCode code;
    QString detail;   ///< sentence for the client about this occurrence; empty: the title says it all
    QString internal; ///< for the log
    std::vector<FieldError> fields;
    QByteArray current; ///< JSON, or empty
    std::optional<std::chrono::seconds> retryAfter;
};

} // namespace aegis
