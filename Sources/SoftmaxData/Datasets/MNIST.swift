// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// MNIST: 70,000 images of handwritten digits, 28 x 28 grey pixels, in ten classes.
///
/// 60,000 to learn from and 10,000 to be judged by; pixels are scaled by 1/255
/// to 0...1.
///
/// ```swift
/// let digits = try MNIST.load()
/// print(digits.training.count, digits.training.labels[0])         // 60000 5
/// ```
///
/// The files are looked for, in this order:
/// 1. in the folder given, and nowhere else if one is given;
/// 2. in the cache, by default the user's: `$XDG_CACHE_HOME/softmax/mnist`, which is `~/.cache/softmax/mnist` unless
///    set otherwise, on Apple's systems `~/Library/Caches/softmax/mnist`;
///
/// or else fetched into the cache. Under 1 and 2 they may lie in a folder `mnist` within, which is
/// looked at first.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.
public enum MNIST {
  /// The name of the data set on the command line and of its folder: `mnist`.
  public static let name = "mnist"

  /// The names of the classes, by label: `"0"` to `"9"`.
  public static let classNames = (0...9).map(String.init)

  /// Copies of the makers' files; their own page serves them no more.
  public static let mirrors = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ]

  /// The four files as the mirrors have them.
  package static let files = [
    RemoteFile(
      name: "train-images-idx3-ubyte.gz", byteCount: 9_912_422,
      sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    RemoteFile(
      name: "train-labels-idx1-ubyte.gz", byteCount: 28_881,
      sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    RemoteFile(
      name: "t10k-images-idx3-ubyte.gz", byteCount: 1_648_877,
      sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    RemoteFile(
      name: "t10k-labels-idx1-ubyte.gz", byteCount: 4_542,
      sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
  ]

  // How often each digit was written. Those who made data sets of the same form, Fashion-MNIST and
  // KMNIST, have as many samples of each class.
  private static let trainingCounts = [
    5_923, 6_742, 5_958, 6_131, 5_842, 5_421, 5_918, 6_265, 5_851, 5_949,
  ]
  private static let testCounts = [
    980, 1_135, 1_032, 1_010, 982, 892, 958, 1_028, 974, 1_009,
  ]

  /// Loads the data set, and fetches it first if it is nowhere to be found.
  ///
  /// Unpacked copies of the images are kept for the next time, as ``IDXFolder`` says.
  ///
  /// - Parameters:
  ///   - directory: where the files are, instead of the usual places.
  ///   - cache: where fetched files and unpacked copies are kept.
  ///   - mirrors: where to fetch the files.
  ///   - progress: told about each piece of a file that arrives.
  /// - Throws: `notFound` if `directory` does not hold the files;
  ///   `networkFailure`, `checksumMismatch` or `ioFailure` if they could not be fetched;
  ///   `checksumMismatch` if the files found are of another data set (Fashion-MNIST's have the same
  ///   names); `invalidData` if they are damaged.
  public static func load(
    directory: String? = nil, cache: DataCache = .user,
    mirrors: [String] = MNIST.mirrors, progress: DownloadProgress? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    let (split, folder) = try remote.load(
      classNames: classNames, directory: directory, cache: cache,
      downloader: Downloader(mirrors: mirrors), progress: progress)
    try validate(split, folder: folder)
    return split
  }

  private static func validate(_ split: DatasetSplit, folder: String) throws(SoftmaxError) {
    func counts(_ part: LabeledDataset?) -> [Int] {
      (part?.labels ?? []).reduce(into: [Int](repeating: 0, count: 10)) { $0[$1] += 1 }
    }
    guard counts(split.training) == trainingCounts, counts(split.test) == testCounts else {
      throw SoftmaxError(
        .checksumMismatch, "holds a data set of the same form that is not MNIST",
        remedy: "name the folder itself as the data to use it as it is",
        at: .file(path: folder, offset: nil))
    }
  }
}
