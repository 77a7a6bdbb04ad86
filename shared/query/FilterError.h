#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>

namespace aegis {

/// What is wrong with the text of a filter, and where.
struct FilterError {
    qsizetype position = 0; ///< from 0, in UTF-16 code units
    qsizetype length = 0;   ///< of what is wrong; 0: something is missing there
    QString message;        ///< English, without a full stop: `unknown field 'typ': did you mean 'type'?`
    QStringList expected;   ///< what could stand there, where that is a short list; a console offers it

    friend bool operator==(const FilterError &, const FilterError &) = default;
};

} // namespace aegis
