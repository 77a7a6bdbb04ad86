#include "tests/support/MailBox.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtTest/QTest>

namespace aegis::test {
namespace {

QString decodedQuotedPrintable(QByteArray text)
{
    text.replace("=\n", "");
    return QString::fromUtf8(QByteArray::fromPercentEncoding(text, '='));
}

QString decodedWords(const QByteArray &value)
{
    QByteArray out;
    for (const QByteArray &word : value.split(' ')) {
        if (word.startsWith("=?UTF-8?B?") && word.endsWith("?="))
            out += QByteArray::fromBase64(word.sliced(10).chopped(2));
        else
            out += (out.isEmpty() ? "" : " ") + word;
    }
    return QString::fromUtf8(out);
}

/// The mails that this server writes, and no others.
ReceivedMail parsed(const QByteArray &raw)
{
    ReceivedMail mail;
    mail.raw = raw;
    const qsizetype end = raw.indexOf("\n\n");
    QByteArray head = raw.first(std::max<qsizetype>(0, end));
    head.replace("\n ", " ");
    for (const QByteArray &line : head.split('\n')) {
        const qsizetype colon = line.indexOf(": ");
        mail.headers.emplace(QString::fromUtf8(line.first(std::max<qsizetype>(0, colon)).toLower()), decodedWords(line.mid(colon + 2)));
    }
    mail.to = mail.header(QStringLiteral("to"));
    const QString type = mail.header(QStringLiteral("content-type"));
    const QByteArray boundary = "--" + type.section(QLatin1Char('"'), 1, 1).toLatin1();
    const QByteArray body = raw.mid(end + 2);
    for (qsizetype at = body.indexOf(boundary); at >= 0;) {
        const qsizetype next = body.indexOf(boundary, at + 1);
        const QByteArray part = body.mid(at, next - at);
        const QString content = decodedQuotedPrintable(part.mid(part.indexOf("\n\n") + 2));
        if (part.contains("text/plain"))
            mail.plain = content;
        else if (part.contains("text/html"))
            mail.html = content;
        at = next;
    }
    return mail;
}

} // namespace

std::vector<ReceivedMail> MailBox::to(const QByteArray &address) const
{
    std::vector<ReceivedMail> found;
    const QDir directory(m_directory + QStringLiteral("/new"));
    QStringList names = directory.entryList(QDir::Files, QDir::NoSort);
    std::sort(names.begin(), names.end(), [](const QString &a, const QString &b) { return a.section(u'.', 1) < b.section(u'.', 1); });
    for (const QString &name : names) {
        QFile file(directory.filePath(name));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        ReceivedMail mail = parsed(file.readAll());
        if (mail.to == QString::fromUtf8(address))
            found.push_back(std::move(mail));
    }
    return found;
}

std::vector<ReceivedMail> MailBox::waitFor(const QByteArray &address, std::size_t count) const
{
    [[maybe_unused]] const bool came = QTest::qWaitFor([&] { return to(address).size() >= count; }, 10'000);
    return to(address);
}

} // namespace aegis::test
