#include "server/http/Api.h"

namespace aegis::http {

QStringList Api::missing() const
{
    QStringList names;
    for (std::size_t index = 0; index < m_bindings.size(); ++index) {
        if (m_bindings[index])
            continue;
        const std::string_view name = endpoints::All::infos[index]->operationId;
        names.append(QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())));
    }
    return names;
}

} // namespace aegis::http
