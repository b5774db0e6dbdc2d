// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that is computed on the first access and then kept, for a quantity that follows from the other
/// members of an immutable type.
///
/// Copies of the owner share the memo. All memos are equal, since the owner's other members determine the
/// value; so the owner's equality and hash do not depend on whether the value was computed yet. Two threads
/// that ask at the same time may both compute it.
package final class Memo<Value: Sendable>: Hashable, Sendable {
  private let stored = Mutex<Value?>(nil)

  package init() {}

  /// Returns the kept value, or computes and keeps it.
  package func value(_ compute: () -> Value) -> Value {
    if let value = stored.withLock({ $0 }) { return value }
    let value = compute()
    stored.withLock { $0 = value }
    return value
  }

  package static func == (left: Memo, right: Memo) -> Bool { true }
  package func hash(into hasher: inout Hasher) {}
}
