// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension RemoteDataset {
  /// Fashion-MNIST: 70,000 images of clothes, 28 x 28 grey pixels, in ten classes.
  ///
  /// The training part has 60,000 images, the test part 10,000. Pixels are scaled by 1/255 to 0...1. The
  /// package `dataset-fashion-mnist` of Debian and Ubuntu installs the files into
  /// `/usr/share/datasets/fashion-mnist`. They are compressed differently, so they have other digests and
  /// the same content.
  ///
  /// Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking
  /// Machine Learning Algorithms", 2017, <https://arxiv.org/abs/1708.07747>; MIT licence.
  public static let fashionMNIST = RemoteDataset(
    name: "fashion-mnist", title: "Fashion-MNIST",
    classNames: [
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot",
    ],
    mirrors: [
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ],
    files: [
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
    ],
    packageFolder: "/usr/share/datasets/fashion-mnist", packageName: "dataset-fashion-mnist",
    isThis: { split in
      let labels = split.training.labels + (split.test?.labels ?? [])
      return SHA256.hexDigest(of: labels.map { UInt8(truncatingIfNeeded: $0) })
        == "8ab940a680640f36c0bf1d2549cb2f3b3d4068c12547116cc7b1161b1d26663d"
    })
}
