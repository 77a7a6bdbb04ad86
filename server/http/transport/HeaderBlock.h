#pragma once

#include "server/http/transport/HttpReply.h"

namespace aegis::http {

/// Header fields that many answers have in common, looked over and written out once. Immutable; any thread.
class HeaderBlock {
public:
    /// Leaves out what cannot be sent, as frameReply() does (it stands beside it).
    explicit HeaderBlock(HeaderList fields);

    const HeaderList &fields() const { return m_fields; }
    /// As they stand in a head, each with its line end.
    const QByteArray &lines() const { return m_lines; }

private:
    const HeaderList m_fields;
    const QByteArray m_lines;
};

} // namespace aegis::http
