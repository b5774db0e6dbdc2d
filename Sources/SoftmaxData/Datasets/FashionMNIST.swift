// SPDX-License-Identifier: Apache-2.0
public import SoftmaxCore

/// Fashion-MNIST: 70,000 images of clothes, 28 x 28 grey pixels, in ten classes.
///
/// 60,000 to learn from and 10,000 to be judged by; pixels are scaled by 1/255
/// to 0...1.
///
/// ```swift
/// let fashion = try FashionMNIST.load()
/// print(fashion.training.count)                                   // 60000
/// print(fashion.training.classNames[fashion.training.labels[0]])  // Ankle boot
/// ```
///
/// The files are looked for, in this order:
/// 1. in the folder given, and nowhere else if one is given;
/// 2. in the cache, by default the user's: `$XDG_CACHE_HOME/softmax/fashion-mnist`, which is
///    `~/.cache/softmax/fashion-mnist` unless set otherwise, on Apple's systems
///    `~/Library/Caches/softmax/fashion-mnist`;
/// 3. where Debian's and Ubuntu's package `dataset-fashion-mnist` puts them,
///    `/usr/share/datasets/fashion-mnist`;
///
/// or else fetched into the cache. Under 1 they may lie in a folder
/// `fashion-mnist` within, which is looked at first.
///
/// Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking
/// Machine Learning Algorithms", 2017, <https://arxiv.org/abs/1708.07747>; MIT licence.
public enum FashionMNIST {
  /// The name of the data set on the command line and of its folder: `fashion-mnist`.
  public static let name = "fashion-mnist"

  /// The names of the classes, by label, as the makers spell them.
  public static let classNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  /// The makers' own mirrors.
  public static let mirrors = [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  ]

  /// The four files as the mirrors have them.
  ///
  /// Debian packed them anew, so there the gzipped files have other digests and
  /// the same content.
  package static let files = [
    RemoteFile(
      name: "train-images-idx3-ubyte.gz", byteCount: 26_421_880,
      sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    RemoteFile(
      name: "train-labels-idx1-ubyte.gz", byteCount: 29_515,
      sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    RemoteFile(
      name: "t10k-images-idx3-ubyte.gz", byteCount: 4_422_102,
      sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    RemoteFile(
      name: "t10k-labels-idx1-ubyte.gz", byteCount: 5_148,
      sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
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
  /// - Throws: `notFound` if `directory` does not hold the files; `networkFailure`,
  ///   `checksumMismatch` or `ioFailure` if they could not be fetched; `checksumMismatch` if the
  ///   files found are of another data set (MNIST's have the same names); `invalidData` if they
  ///   are damaged.
  public static func load(
    directory: String? = nil, cache: DataCache = .user,
    mirrors: [String] = FashionMNIST.mirrors, progress: DownloadProgress? = nil
  ) throws(SoftmaxError) -> DatasetSplit {
    let (split, folder) = try remote.load(
      classNames: classNames, directory: directory, cache: cache,
      downloader: Downloader(mirrors: mirrors), progress: progress)
    try validate(split, folder: folder)
    return split
  }

  /// MNIST and its other successors have the same file names and shapes: the labels tell.
  static func validate(_ split: DatasetSplit, folder: String) throws(SoftmaxError) {
    let labels = split.training.labels + (split.test?.labels ?? [])
    let digest = SHA256.hexDigest(of: labels.map { UInt8(truncatingIfNeeded: $0) })
    guard digest == "8ab940a680640f36c0bf1d2549cb2f3b3d4068c12547116cc7b1161b1d26663d" else {
      throw SoftmaxError(
        .checksumMismatch, "holds a data set of the same form that is not Fashion-MNIST",
        remedy: "name the folder itself as the data to use it as it is",
        at: .file(path: folder, offset: nil))
    }
  }
}
