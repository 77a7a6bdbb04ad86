#pragma once

#include "server/mail/MailKind.h"
#include "shared/result/Result.h"

#include <QtCore/QHash>
#include <QtCore/QJsonObject>

namespace aegis {

/// What stands for `{name}` in a text. `product` is the sender's name; the others depend on the kind.
using MailValues = QHash<QString, QString>;

/// What a person reads, in one language.
struct MailText {
    QString subject;
    QString plain;
    QString html;
};

/// The texts of all mails, from `resources/mail`: a file of texts for each language, and one layout for what is HTML. Immutable;
/// any thread.
class MailTemplates {
public:
    /// Reads the resources. A problem is a bug of ours: TestMailTemplates reads them all.
    static Result<MailTemplates> load();

    /// `internal` when a value that the text has is missing. Values are put in once, so what looks like a placeholder in one
    /// stays as it is, and in HTML they are escaped.
    Result<MailText> render(MailKind kind, const QByteArray &language, const MailValues &values) const;

private:
    QHash<QByteArray, QJsonObject> m_texts; ///< by language
    QString m_layout;
};

} // namespace aegis
