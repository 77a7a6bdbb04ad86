#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QStringView>

#include <string_view>

namespace aegis {

/// Writes compact JSON, in the order of the calls. The caller keeps objects and arrays in balance.
class JsonWriter {
public:
    void beginObject();
    void endObject();
    void beginArray();
    void endArray();
    void key(std::string_view name);

    void string(QStringView text);
    void utf8(QByteArrayView text); ///< must be UTF-8
    void number(qint64 number);
    void boolean(bool value);
    void null();
    void json(QByteArrayView value); ///< that is written already

    QByteArray take();

private:
    void separate();
    void put(char byte);
    void put(std::string_view bytes);
    void quote(QByteArrayView utf8);
    char *room(qsizetype bytes);

    // Written as plain memory: QByteArray::append() costs more than what it appends here.
    QByteArray m_out;
    qsizetype m_size = 0; ///< of what has been written; the rest of m_out is room
    bool m_first = true;  // in the object or array, or after a key
};

} // namespace aegis
