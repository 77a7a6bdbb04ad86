#pragma once

#include <QtCore/QString>

#include <stdexcept>

namespace aegis::bench {

/// The benchmark cannot go on: a program is missing or does not answer as it should. main() says why and ends.
class BenchmarkFailed : public std::runtime_error {
public:
    explicit BenchmarkFailed(const QString &why) : std::runtime_error(why.toStdString()) {}
};

} // namespace aegis::bench
