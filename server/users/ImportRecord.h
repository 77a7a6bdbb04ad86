#pragma once

#include "shared/dto/AccountTexts.h"
#include "shared/json/Field.h"
#include "shared/result/Result.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <optional>

namespace aegis {

/// One person of a file that is imported.
struct ImportRecord {
    QString email;
    std::optional<QString> passwordHash; ///< none: the person resets the password first
    std::optional<QString> firstName;
    std::optional<QString> lastName;
    std::optional<bool> emailVerified;
    std::optional<QString> organizationSlug; ///< of an organization that there is
    std::optional<QString> role;             ///< in it, that it has

    /// Whether the hash is one that can be verified here, and may cost what it costs. Not judged by the decoder.
    bool hasUsableHash() const;
};

template <> struct Fields<ImportRecord> {
    static constexpr std::string_view name = "ImportRecord";
    static constexpr std::tuple list{
        field("email", &ImportRecord::email, {.minLength = 1, .maxLength = 254, .check = checkEmail}),
        field("passwordHash", &ImportRecord::passwordHash, {.minLength = 1, .maxLength = 512, .nullable = true}),
        field("firstName", &ImportRecord::firstName, {.minLength = 1, .maxLength = 100, .nullable = true, .check = checkPersonName}),
        field("lastName", &ImportRecord::lastName, {.minLength = 1, .maxLength = 100, .nullable = true, .check = checkPersonName}),
        field("emailVerified", &ImportRecord::emailVerified, {.nullable = true}),
        field("organizationSlug", &ImportRecord::organizationSlug, {.minLength = 1, .maxLength = 255, .nullable = true, .check = checkSlug}),
        field("role", &ImportRecord::role, {.minLength = 2, .maxLength = 63, .nullable = true}),
    };
};

/// Reads the lines of one file: JSON objects, or CSV whose first line names the columns. Both know the fields of ImportRecord and
/// no others. No problem holds anything of the line.
class ImportFormat {
public:
    /// Of the file that begins with that line: JSON when it begins with `{`, else CSV with those columns. `validation_failed`.
    static Result<ImportFormat> of(const QByteArray &firstLine);

    bool isCsv() const { return !m_columns.isEmpty(); }
    Result<ImportRecord> read(const QByteArray &line) const;

private:
    QByteArrayList m_columns; ///< empty: JSON
};

} // namespace aegis
