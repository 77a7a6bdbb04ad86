#include "shared/text/DisplayName.h"

#include "shared/text/UnseenCharacters.h"

#include <QtCore/QList>

namespace aegis {
namespace {

/// Marks in a row. What people write needs four at most; more of them only cover the lines above and below.
constexpr int maxMarks = 8;

bool isJoiner(char32_t c)
{
    return c == 0x200c || c == 0x200d;
}

bool isReadable(char32_t c)
{
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    default:
        return !isUnseen(c);
    }
}

constexpr char32_t emojiStyle = 0xfe0f;

/// What a joiner may stand between: letters with their marks, and pictures, which are joined to other pictures.
bool isJoinable(char32_t c)
{
    return QChar::isLetter(c) || QChar::isMark(c) || QChar::category(c) == QChar::Symbol_Other || QChar::category(c) == QChar::Symbol_Modifier;
}

bool isReadable(const QList<uint> &characters)
{
    int marks = 0;
    for (qsizetype i = 0; i < characters.size(); ++i) {
        const char32_t c = characters.at(i);
        if (isJoiner(c)) { // some scripts, and pictures of several, cannot be written without them
            if (i == 0 || i + 1 == characters.size() || !isJoinable(characters.at(i - 1)) || !isJoinable(characters.at(i + 1)))
                return false;
            continue; // the marks around it are still in one row
        }
        if (c == emojiStyle && i > 0 && QChar::category(characters.at(i - 1)) == QChar::Symbol_Other)
            continue; // a picture in colour
        marks = QChar::isMark(c) ? marks + 1 : 0;
        if (!isReadable(c) || marks > maxMarks)
            return false;
    }
    return true;
}

} // namespace

std::optional<QString> parseDisplayName(QStringView text, qsizetype maxLength)
{
    if (!text.isValidUtf16() || text.size() > 4 * maxLength)
        return std::nullopt;
    QString name = text.toString().normalized(QString::NormalizationForm_C).trimmed();
    const auto characters = name.toUcs4();
    if (characters.isEmpty() || characters.size() > maxLength || QChar::isMark(characters.front()) || !isReadable(characters))
        return std::nullopt;
    return name;
}

} // namespace aegis
