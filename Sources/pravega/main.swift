// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaCLIKit

exit(PravegaProgram.program.main())
