#pragma once

#include <QtCore/QByteArray>

#include <memory>
#include <utility>
#include <vector>

namespace aegis::http {

class HeaderBlock;
class StreamSource;

/// Header fields to send, in their order; a name may stand more than once (Set-Cookie).
using HeaderList = std::vector<std::pair<QByteArray, QByteArray>>;

/// An answer. The transport owns the framing: it writes Date, Content-Length, Transfer-Encoding and Connection itself and
/// drops these (and Keep-Alive) from `headers`, as it drops a field whose name or value cannot stand in a header. It
/// leaves the body out for HEAD, 204 and 304, so a handler answers HEAD as it would answer GET.
struct HttpReply {
    int status = 200; ///< 200 to 599
    HeaderList headers;
    QByteArray body;
    std::shared_ptr<StreamSource> stream; ///< when set, the body comes from here piece by piece and `body` is not used
    const HeaderBlock *common = nullptr;  ///< more header fields, when set; it outlives every answer
};

} // namespace aegis::http
