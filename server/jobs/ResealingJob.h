#pragma once

#include "server/crypto/Sealing.h"
#include "server/jobs/Job.h"

namespace aegis {

/// What a rotation of the encryption key has left, of which this server's own keys are the measure. The sealing must outlive it.
Job resealingJob(const Sealing &sealing);

} // namespace aegis
