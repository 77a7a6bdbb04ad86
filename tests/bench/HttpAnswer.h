#pragma once

#include <QtCore/QByteArrayView>

namespace aegis::bench {

/// An HTTP/1.1 answer in a buffer. Valid as long as that is.
struct HttpAnswer {
    int status = 0;
    QByteArrayView body;
    bool closes = false; ///< no request may follow on this connection

    /// Reads an answer from the front of the bytes and gives its length; 0: there is more to come. It believes what our
    /// server and nginx write, and would not do for others.
    static qsizetype take(QByteArrayView bytes, HttpAnswer &into)
    {
        const qsizetype end = bytes.indexOf("\r\n\r\n");
        if (end < 0)
            return 0;
        const QByteArrayView head = bytes.first(end + 2);
        constexpr QByteArrayView lengthField = "\r\nContent-Length: ";
        qsizetype length = 0;
        if (const qsizetype at = head.indexOf(lengthField); at >= 0) {
            const qsizetype from = at + lengthField.size();
            length = head.sliced(from, head.indexOf("\r\n", from) - from).toLongLong();
        }
        if (bytes.size() < end + 4 + length)
            return 0;
        into.status = head.sliced(9, 3).toInt();
        into.body = bytes.sliced(end + 4, length);
        into.closes = head.indexOf("\r\nConnection: close\r\n") >= 0;
        return end + 4 + length;
    }
};

} // namespace aegis::bench
