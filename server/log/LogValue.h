#pragma once

#include "shared/ids/Id.h"
#include "shared/text/Secret.h"
#include "shared/time/Instant.h"

#include <QtCore/QByteArray>
#include <QtCore/QLatin1String>
#include <QtCore/QString>
#include <QtNetwork/QHostAddress>

#include <chrono>
#include <concepts>
#include <variant>

namespace aegis::log {

template <class T>
concept Whole = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, char16_t>;

/// The value of one field of a log line. It only looks at what it is made from, so it costs nothing while the level is
/// off, and must not outlive the statement that it stands in. There is none for a Secret.
class Value {
public:
    using Held = std::variant<bool, std::int64_t, std::uint64_t, double, QStringView, QByteArrayView, QUuid, Instant, const QHostAddress *>;

    template <std::same_as<bool> T> Value(T value) : m_held(value) {}
    template <Whole T> Value(T value)
    {
        if constexpr (std::is_signed_v<T>)
            m_held = static_cast<std::int64_t>(value);
        else
            m_held = static_cast<std::uint64_t>(value);
    }
    Value(double value) : m_held(value) {}
    Value(const QString &text) : m_held(QStringView(text)) {}
    Value(QStringView text) : m_held(text) {}
    Value(const QByteArray &utf8) : m_held(QByteArrayView(utf8)) {}
    Value(QByteArrayView utf8) : m_held(utf8) {}
    Value(QLatin1String ascii) : m_held(QByteArrayView(ascii.data(), ascii.size())) {}
    Value(const char *utf8) : m_held(QByteArrayView(utf8)) {}
    Value(const QUuid &id) : m_held(id) {}
    template <class Tag> Value(const Id<Tag> &id) : m_held(id.uuid()) {}
    Value(Instant time) : m_held(time) {}
    Value(const QHostAddress &address) : m_held(&address) {}
    /// In milliseconds, with fractions; the field's name should end with `Ms`.
    template <class Rep, class Period>
    Value(std::chrono::duration<Rep, Period> duration) : m_held(std::chrono::duration<double, std::milli>(duration).count())
    {
    }
    Value(const Secret &) = delete;

    const Held &held() const { return m_held; }

private:
    Held m_held;
};

/// A named value; names are camelCase and made of letters and digits.
struct Field {
    const char *name;
    Value value;
};

} // namespace aegis::log
