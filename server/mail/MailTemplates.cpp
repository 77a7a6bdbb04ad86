#include "server/mail/MailTemplates.h"

#include "server/mail/MailLanguage.h"

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

Problem broken(const QString &what)
{
    return Problem(ProblemCode::Internal).withInternal(QStringLiteral("the texts of mails: ") + what);
}

Result<QByteArray> resource(const QString &name)
{
    QFile file(QStringLiteral(":/mail/") + name);
    if (!file.open(QIODevice::ReadOnly))
        return broken(QStringLiteral("there is no ") + name);
    return file.readAll();
}

/// The text with each `{name}` replaced by its value, in one pass.
Result<QString> filled(const QString &text, const MailValues &values)
{
    QString out;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype open = text.indexOf(QLatin1Char('{'), at);
        const qsizetype close = text.indexOf(QLatin1Char('}'), open);
        if (open < 0 || close < 0)
            return out + text.mid(at);
        const QString name = text.mid(open + 1, close - open - 1);
        const auto value = values.constFind(name);
        if (value == values.constEnd())
            return broken(QStringLiteral("{%1} has no value").arg(name));
        out += text.mid(at, open - at) + *value;
        at = close + 1;
    }
    return out;
}

Result<QStringList> filledAll(const QJsonValue &texts, const MailValues &values)
{
    QStringList all;
    const QJsonArray list = texts.toArray();
    for (const QJsonValue text : list) {
        TRY(QString one, filled(text.toString(), values));
        all.append(std::move(one));
    }
    return all;
}

QString paragraphs(const QStringList &texts)
{
    QString html;
    for (const QString &text : texts)
        html += QStringLiteral("<p>") + text.toHtmlEscaped() + QStringLiteral("</p>\n");
    return html;
}

QString buttonTo(const QString &link, const QString &label)
{
    return QStringLiteral("<p><a href=\"%1\" style=\"display:inline-block;padding:10px 18px;border-radius:6px;background:#2459c7;color:#ffffff;"
                          "text-decoration:none\">%2</a></p>\n<p style=\"font-size:13px;word-break:break-all\">%1</p>\n")
        .arg(link.toHtmlEscaped(), label.toHtmlEscaped());
}

} // namespace

Result<MailTemplates> MailTemplates::load()
{
    MailTemplates all;
    for (const QByteArrayView language : mailLanguages()) {
        TRY(const QByteArray bytes, resource(QString::fromLatin1(language) + QStringLiteral(".json")));
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
        if (!document.isObject())
            return broken(QString::fromLatin1(language) + QStringLiteral(": ") + error.errorString());
        all.m_texts.insert(language.toByteArray(), document.object());
    }
    TRY(const QByteArray layout, resource(QStringLiteral("layout.html")));
    all.m_layout = QString::fromUtf8(layout);
    return all;
}

Result<MailText> MailTemplates::render(MailKind kind, const QByteArray &language, const MailValues &values) const
{
    const QByteArray known = m_texts.contains(language) ? language : QByteArray("en");
    const QJsonObject texts = m_texts.value(known);
    const QJsonObject text = texts.value(mailKindName(kind)).toObject();
    TRY(const QString subject, filled(text.value(QLatin1String("subject")).toString(), values));
    TRY(const QStringList before, filledAll(text.value(QLatin1String("before")), values));
    TRY(const QStringList after, filledAll(text.value(QLatin1String("after")), values));
    TRY(const QString footer, filled(texts.value(QLatin1String("footer")).toString(), values));
    if (subject.isEmpty() || before.isEmpty() || footer.isEmpty())
        return broken(QStringLiteral("%1 has no %2").arg(QString::fromLatin1(known), mailKindName(kind)));

    const QString button = text.value(QLatin1String("button")).toString();
    const QString link = values.value(QStringLiteral("link"));
    QStringList plain = before;
    if (!button.isEmpty())
        plain.append(link);
    plain += after;

    const QString content = paragraphs(before) + (button.isEmpty() ? QString() : buttonTo(link, button)) + paragraphs(after);
    TRY(const QString html,
        filled(m_layout,
               {{QStringLiteral("language"), QString::fromLatin1(known)},
                {QStringLiteral("subject"), subject.toHtmlEscaped()},
                {QStringLiteral("content"), content},
                {QStringLiteral("footer"), footer.toHtmlEscaped()}}));
    return MailText{
        .subject = subject, .plain = plain.join(QStringLiteral("\n\n")) + QStringLiteral("\n\n-- \n") + footer + QLatin1Char('\n'), .html = html};
}

} // namespace aegis
