// Precompiled for every file of server/: what nearly all of them include. Not to be included by hand.
#pragma once

#include "shared/pch.h"

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QThread>
#include <QtCore/QTimer>
#include <QtNetwork/QHostAddress>

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
