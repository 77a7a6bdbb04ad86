#pragma once

#include <QtCore/QByteArray>

#include <vector>

namespace aegis {

/// What Redis answers or pushes (RESP2).
struct RedisReply {
    enum class Kind { Nothing, Text, Integer, List, Error };

    Kind kind = Kind::Nothing;
    qint64 integer = 0;
    QByteArray text; ///< of Text and Error
    std::vector<RedisReply> elements;

    bool isError() const { return kind == Kind::Error; }
    /// Whether it is a list of so many integers.
    bool isIntegers(std::size_t count) const
    {
        if (kind != Kind::List || elements.size() != count)
            return false;
        for (const RedisReply &element : elements) {
            if (element.kind != Kind::Integer)
                return false;
        }
        return true;
    }
};

} // namespace aegis
