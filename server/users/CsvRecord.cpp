#include "server/users/CsvRecord.h"

namespace aegis {

std::optional<QByteArrayList> csvRecord(const QByteArray &line)
{
    QByteArrayList fields;
    for (qsizetype at = 0;;) {
        QByteArray field;
        if (at < line.size() && line[at] == '"') {
            for (++at;;) {
                const qsizetype quote = line.indexOf('"', at);
                if (quote < 0)
                    return std::nullopt;
                field += line.mid(at, quote - at);
                at = quote + 1;
                if (at >= line.size() || line[at] != '"')
                    break;
                field += '"';
                ++at;
            }
            if (at < line.size() && line[at] != ',')
                return std::nullopt;
        } else {
            const qsizetype comma = line.indexOf(',', at);
            field = comma < 0 ? line.mid(at) : line.mid(at, comma - at);
            if (field.contains('"'))
                return std::nullopt;
            at += field.size();
        }
        fields.append(field);
        if (at >= line.size())
            return fields;
        ++at; // the comma
    }
}

} // namespace aegis
