// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What an example draws its random numbers from: 0, or what `SEED` says, as in `SEED=7 Examples/run.sh`.
///
/// What the examples state holds for other seeds too, since the figures have room for what luck changes.
public let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? 0
