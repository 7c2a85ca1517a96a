// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaCLIKit
import PravegaThreads

// An arena of `malloc` for nearly every thread costs megabytes, and two are as fast.
Worker.limitArenas(to: 2)

exit(PravegaProgram.program.main())
