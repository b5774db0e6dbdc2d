// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

extension RemoteDataset {
  /// MNIST: 70,000 images of handwritten digits, 28 x 28 grey pixels, in ten classes.
  ///
  /// The training part has 60,000 images, the test part 10,000. Pixels are scaled by 1/255 to 0...1. The
  /// mirrors are copies of the original files, which the authors' page no longer serves.
  ///
  /// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.
  public static let mnist = RemoteDataset(
    name: "mnist", title: "MNIST", classNames: (0...9).map(String.init),
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    files: [
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
    ],
    isThis: { split in
      // The number of images of each digit. Fashion-MNIST and KMNIST, which have the same form, have
      // equal numbers for all classes.
      counts(split.training)
        == [5_923, 6_742, 5_958, 6_131, 5_842, 5_421, 5_918, 6_265, 5_851, 5_949]
        && counts(split.test) == [980, 1_135, 1_032, 1_010, 982, 892, 958, 1_028, 974, 1_009]
    })

  private static func counts(_ part: LabeledDataset?) -> [Int] {
    (part?.labels ?? []).reduce(into: [Int](repeating: 0, count: 10)) { $0[$1] += 1 }
  }
}
