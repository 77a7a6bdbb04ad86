#include "server/http/transport/KernelQueue.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace aegis::http {

qint64 unconfirmedBytes(int descriptor)
{
    int bytes = 0;
    return ::ioctl(descriptor, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

void setResetAtEnd(int descriptor, bool on)
{
    const linger option{.l_onoff = on ? 1 : 0, .l_linger = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, sizeof option);
}

} // namespace aegis::http
