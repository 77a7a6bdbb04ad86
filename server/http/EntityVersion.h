#pragma once

#include "server/http/EntityTags.h"
#include "shared/result/Result.h"

#include <QtCore/QString>

#include <optional>

namespace aegis {

/// The tag of an object that counts its changes (RFC 9110, 8.8.3).
inline QString entityTagOf(int version)
{
    return QStringLiteral("\"%1\"").arg(version);
}

/// Whether a change that names the state it was made for (`If-Match`, RFC 9110, 13.1.1) fits that version; without one it does.
inline bool fitsVersion(const std::optional<QString> &ifMatch, int version)
{
    if (!ifMatch)
        return true;
    if (ifMatch->contains(QLatin1String("W/"))) // a weak tag never fits a change
        return false;
    return http::namesEntityTag(ifMatch->toUtf8(), entityTagOf(version).toLatin1());
}

} // namespace aegis
