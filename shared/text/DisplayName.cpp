#include "shared/text/DisplayName.h"

#include <QtCore/QList>

#include <algorithm>

namespace aegis {
namespace {

bool isReadable(char32_t c)
{
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    case QChar::Other_Format:
        return c == 0x200c || c == 0x200d; // the joiners, which some scripts cannot be written without
    default:
        return true;
    }
}

} // namespace

std::optional<QString> parseDisplayName(QStringView text, qsizetype maxLength)
{
    if (!text.isValidUtf16() || text.size() > 4 * maxLength)
        return std::nullopt;
    QString name = text.toString().normalized(QString::NormalizationForm_C).trimmed();
    const auto characters = name.toUcs4();
    if (characters.isEmpty() || characters.size() > maxLength || !std::all_of(characters.begin(), characters.end(), isReadable))
        return std::nullopt;
    return name;
}

} // namespace aegis
