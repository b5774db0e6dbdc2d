// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import Synchronization

/// A reader of several IDX files at the same time, from decompressed copies in the cache if there are
/// any.
enum IDXFiles {
  /// Reads the files with several threads.
  ///
  /// - Returns: for each path the result of ``IDXFile/read(_:maximumByteCount:)``.
  static func read(
    _ paths: [String], maximumByteCount: Int, cache: UnpackedCache?
  ) -> [Result<IDXArray, SoftmaxError>] {
    let files = paths.map { File($0, maximumByteCount: maximumByteCount, cache: cache) }
    JobList.run(files.flatMap(\.jobs))
    // Decompress the files whose copies are damaged.
    JobList.run(files.flatMap(\.jobsOfUnpacking))
    JobList.run(files.compactMap(\.jobOfKeeping))
    return files.map(\.outcome)
  }

  /// A file that is being read, with the state that its jobs share.
  private final class File: Sendable {
    private struct State: Sendable {
      var outcome: Result<IDXArray, SoftmaxError>?
      var isPacked = false
      var pieces: [UInt64] = []
    }

    private let path: String
    private let maximumByteCount: Int
    // The cache for a new copy; nil if another process may still be writing the file.
    private let cache: UnpackedCache?
    private let source: SourceIdentity?
    private let copy: UnpackedCache.Copy?
    private let state: Mutex<State>

    init(_ path: String, maximumByteCount: Int, cache: UnpackedCache?) {
      self.path = path
      self.maximumByteCount = maximumByteCount
      let source = SourceIdentity(path)
      self.cache = source.flatMap { cache?.isSettled($0) } == true ? cache : nil
      let copy = source.flatMap { cache?.copy(of: $0) }
        .flatMap { $0.payload.count <= maximumByteCount ? $0 : nil }
      let pieceCount = copy.map { PayloadChecksum.pieceCount(of: $0.payload.count) } ?? 0
      self.source = source
      self.copy = copy
      state = Mutex(State(pieces: [UInt64](repeating: 0, count: pieceCount)))
    }

    /// The result after all jobs have run.
    var outcome: Result<IDXArray, SoftmaxError> {
      if let outcome = state.withLock({ $0.outcome }) { return outcome }
      guard let copy else {
        return .failure(
          SoftmaxError(.ioFailure, "was not read", at: .file(path: path, offset: nil)))
      }
      return .success(
        IDXArray(shape: copy.shape, storage: ByteStorage(copy.payload)))
    }

    /// The jobs that verify the copy, or that decompress the file if there is no copy.
    var jobs: [Job] {
      guard let copy else { return unpacking }
      return (0..<PayloadChecksum.pieceCount(of: copy.payload.count)).map { index in
        Job(cost: PayloadChecksum.pieceByteCount) { [self] in
          let piece = unsafe copy.payload.withUnsafeBytes {
            unsafe PayloadChecksum.piece(index, of: $0)
          }
          state.withLock { $0.pieces[index] = piece }
        }
      }
    }

    /// The jobs that decompress the file if the copy has failed its verification.
    var jobsOfUnpacking: [Job] {
      guard let copy else { return [] }
      let checksum = PayloadChecksum.combination(of: state.withLock { $0.pieces })
      return checksum == copy.checksum ? [] : unpacking
    }

    private var unpacking: [Job] {
      // Decompressing a byte takes about fifty times as long as verifying one.
      let cost = (source?.byteCount ?? 0).multipliedClamped(by: 50)
      return [
        Job(cost: cost) { [self] in
          let (outcome, isPacked) = unpacked()
          state.withLock { ($0.outcome, $0.isPacked) = (outcome, isPacked) }
        }
      ]
    }

    private func unpacked() -> (Result<IDXArray, SoftmaxError>, isPacked: Bool) {
      do throws(SoftmaxError) {
        let reader = try UnpackingReader(ByteSource(path: path))
        let array = try IDXFile.read(reader, maximumByteCount: maximumByteCount)
        return (.success(array), reader.isPacked)
      } catch {
        return (.failure(error), false)
      }
    }

    /// The job that stores a decompressed copy in the cache; nil if none should be stored.
    var jobOfKeeping: Job? {
      let state = state.withLock { $0 }
      guard let cache, let source, state.isPacked, case .success(let array)? = state.outcome,
        array.storage.count >= cache.minimumByteCount
      else { return nil }
      return Job(cost: array.storage.count) { [path] in
        cache.keep(shape: array.shape, array.storage, of: source, at: path)
      }
    }
  }
}

extension Int {
  fileprivate func multipliedClamped(by factor: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
