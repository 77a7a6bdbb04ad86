#pragma once

#include "shared/ids/Id.h"

#include <QtCore/QByteArrayView>
#include <QtNetwork/QHostAddress>

#include <chrono>

namespace aegis::log {

/// One answered request. It only looks at what it is made from.
struct AccessRecord {
    CorrelationId correlationId;
    QByteArrayView method;
    QByteArrayView path;      ///< without the query, which may hold what must not be logged
    QByteArrayView operation; ///< operation id of the endpoint; empty: none was found
    int status = 0;
    QByteArrayView problem; ///< wire name of the problem code; empty: none
    qsizetype bytes = 0;    ///< of the answer's body
    std::chrono::nanoseconds duration{};
    const QHostAddress *client = nullptr;
    QStringView userAgent;
    UserId user;                 ///< nil: anonymous
    OrganizationId organization; ///< nil: none
};

/// Writes it as the event `http_request` at level info. Any thread.
void access(const AccessRecord &record);

} // namespace aegis::log
