// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The tasks that workers have taken, and what came of them.
private struct TaskState<Result: Sendable, Failure: Error> {
  var results: [Result?]
  var taken = 0
  var error: Failure?
}

extension WorkerTeam {
  /// Runs tasks side by side, each on one worker, and returns their results in order.
  ///
  /// A worker that is free takes the next task, so the results must not depend on the worker. After an error no further
  /// task begins, and the error that came first is thrown.
  package func results<Result: Sendable, Failure: Error>(
    ofTasks count: Int, _ task: @escaping @Sendable (Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    let state = Mutex(TaskState<Result, Failure>(results: Array(repeating: nil, count: count)))
    run { _ in
      while true {
        let index = state.withLock { state in
          state.taken += 1
          return state.error == nil ? state.taken - 1 : count
        }
        guard index < count else { return }
        do throws(Failure) {
          let result = try task(index)
          state.withLock { $0.results[index] = result }
        } catch {
          state.withLock { $0.error = $0.error ?? error }
        }
      }
    }
    let (results, error) = state.withLock { ($0.results.compactMap(\.self), $0.error) }
    if let error { throw error }
    return results
  }
}
