#include "server/mail/MailLanguage.h"

#include <array>

namespace aegis {
namespace {

constexpr std::array<QByteArrayView, 5> languages{"en", "de", "fr", "es", "zh-CN"};

/// The language of ours that serves who reads that one; null: none.
QByteArrayView languageFor(const QByteArray &range)
{
    const QByteArrayList parts = range.split('-');
    const QByteArray &primary = parts.first();
    if (primary == "zh") { // who reads the traditional script is asked what comes next
        const bool isTraditional = parts.contains("hant") || parts.contains("tw") || parts.contains("hk") || parts.contains("mo");
        return isTraditional ? QByteArrayView() : languages.back();
    }
    for (const QByteArrayView language : languages) {
        if (language == primary)
            return language;
    }
    return {};
}

/// In thousandths; 0: not wanted, or not a weight.
int weightOf(const QByteArray &parameter)
{
    const QByteArray text = parameter.trimmed();
    if (!text.startsWith("q="))
        return 0;
    bool isNumber = false;
    const double weight = text.sliced(2).toDouble(&isNumber);
    return isNumber && weight > 0 && weight <= 1 ? static_cast<int>(weight * 1000) : 0;
}

} // namespace

std::span<const QByteArrayView> mailLanguages()
{
    return languages;
}

QByteArray mailLanguageFor(QByteArrayView acceptLanguage)
{
    QByteArrayView best = languages.front();
    int bestWeight = 0;
    const QByteArrayList ranges = acceptLanguage.toByteArray().toLower().split(',');
    for (const QByteArray &range : ranges) {
        const QByteArrayList parts = range.split(';');
        const int weight = parts.size() > 1 ? weightOf(parts[1]) : 1000;
        const QByteArrayView language = languageFor(parts.first().trimmed());
        if (!language.isNull() && weight > bestWeight) {
            best = language;
            bestWeight = weight;
        }
    }
    return best.toByteArray();
}

} // namespace aegis
