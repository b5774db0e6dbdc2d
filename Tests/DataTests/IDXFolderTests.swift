// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxTestSupport
import Testing

@testable import SoftmaxData

@Suite struct IDXFolderTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func writeTraining(labels: [UInt8] = [0, 2, 1]) throws {
    try folder.write(Fixtures.images, to: "train-images-idx3-ubyte")
    try folder.write(Fixtures.gzip(Fixtures.labels(labels)), to: "train-labels-idx1-ubyte.gz")
  }

  private func writeTest(labels: [UInt8] = [0]) throws {
    let images = Fixtures.idx(extents: [1, 2, 2], [255, 0, 0, 51])
    try folder.write(Fixtures.gzip(images), to: "t10k-images-idx3-ubyte.gz")
    try folder.write(Fixtures.labels(labels), to: "t10k-labels-idx1-ubyte")
  }

  private func loadError() -> SoftmaxError? {
    error { () throws(SoftmaxError) in _ = try IDXFolder.load(folder.path) }
  }

  @Test func bothPartsAreLoadedPlainOrGzipped() throws {
    try writeTraining()
    try writeTest()
    let split = try IDXFolder.load(folder.path + "/")
    #expect(folder.path.hasSuffix("/" + split.name))
    #expect(split.training.count == 3)
    #expect(split.training.labels == [0, 2, 1])
    #expect(split.training.classNames == ["0", "1", "2"])
    #expect(split.training.featureShape == [2, 2])
    #expect(split.test?.labels == [0])
    #expect(split.test?.features.row(0) == [1, 0, 0, Float(51) * (Float(1) / Float(255))])
  }

  @Test func theTestPartMayBeMissing() throws {
    try writeTraining()
    #expect(try IDXFolder.load(folder.path, name: "mine").test == nil)
    #expect(try IDXFolder.load(folder.path, name: "mine").name == "mine")
  }

  @Test func dottedNamesAreKnown() throws {
    try folder.write(Fixtures.images, to: "train-images.idx3-ubyte")
    try folder.write(Fixtures.labels([0, 1, 0]), to: "train-labels.idx1-ubyte")
    #expect(try IDXFolder.load(folder.path).training.count == 3)
  }

  @Test func classNamesComeFromTheFile() throws {
    try writeTraining()
    // With a mark at the beginning, Windows' line ends and no last line end.
    try folder.write([0xef, 0xbb, 0xbf] + Array("Apfel\r\nBirne\nCafé".utf8), to: "classes.txt")
    #expect(try IDXFolder.load(folder.path).training.classNames == ["Apfel", "Birne", "Café"])
    #expect(
      try IDXFolder.load(folder.path, classNames: ["a", "b", "c"]).training.classNames
        == ["a", "b", "c"])
  }

  @Test(arguments: [
    ("a\n\nb\n", 2), ("a\nb\na\n", 4), ("a\n \n", 2), ("\n", 0),
  ])
  func badClassNamesAreErrorsWithTheirPlace(text: String, offset: Int) throws {
    try writeTraining()
    let path = try folder.write(Array(text.utf8), to: "classes.txt")
    let error = try #require(loadError())
    #expect(error.code == .invalidData)
    #expect(error.path == path)
    #expect(error.offset == offset)
  }

  @Test func otherBadClassNamesAreErrors() throws {
    try writeTraining()
    for bytes in [[], Array("one".utf8), [0x61, 0x0a, 0xff, 0x0a]] as [[UInt8]] {
      try folder.write(bytes, to: "classes.txt")
      #expect(loadError()?.code == .invalidData)
    }
    try folder.write(
      Array((0..<257).map(String.init).joined(separator: "\n").utf8), to: "classes.txt")
    #expect(loadError()?.code == .invalidData)
    try folder.write([UInt8](repeating: 0x61, count: 1 << 20 + 1), to: "classes.txt")
    #expect(loadError()?.code == .unsupported)
  }

  @Test func aLabelOutOfRangeIsNamedWithFileAndOffset() throws {
    try writeTraining(labels: [0, 1, 2])
    try folder.write(Array("a\nb\n".utf8), to: "classes.txt")
    let error = try #require(loadError())
    #expect(error.code == .labelOutOfRange)
    #expect(error.path == folder.path("train-labels-idx1-ubyte.gz"))
    #expect(error.offset == 10)
  }

  @Test func differentNumbersOfImagesAndLabelsAreAnError() throws {
    try writeTraining(labels: [0, 1])
    let error = try #require(loadError())
    #expect(error.code == .invalidData)
    #expect(error.message.contains("2 labels") && error.message.contains("3 images"))
  }

  @Test func missingFilesAreNamed() throws {
    #expect(loadError()?.code == .notFound)
    #expect(loadError()?.path == folder.path)
    try folder.write(Fixtures.images, to: "train-images-idx3-ubyte")
    #expect(loadError()?.code == .notFound)
    #expect(loadError()?.path == folder.path("train-labels-idx1-ubyte"))
    try writeTraining()
    try folder.write(Fixtures.labels([0]), to: "t10k-labels-idx1-ubyte")
    #expect(loadError()?.path == folder.path("t10k-images-idx3-ubyte"))
    #expect(
      error { () throws(SoftmaxError) in _ = try IDXFolder.load("/no/such/folder") }?.code
        == .notFound)
  }

  @Test func partsThatDoNotFitAreErrors() throws {
    try writeTraining()
    try writeTest()
    try folder.write(
      Fixtures.gzip(Fixtures.idx(extents: [1, 2, 3], Array(0..<6))), to: "t10k-images-idx3-ubyte.gz"
    )
    #expect(loadError()?.code == .shapeMismatch)
    // Images in the place of labels and the other way round.
    try folder.write(Fixtures.images, to: "t10k-labels-idx1-ubyte")
    #expect(loadError()?.code == .invalidData)
    try folder.write(Fixtures.labels([0]), to: "t10k-labels-idx1-ubyte")
    try folder.write(Fixtures.gzip(Fixtures.labels([0])), to: "t10k-images-idx3-ubyte.gz")
    #expect(loadError()?.code == .shapeMismatch || loadError()?.code == .invalidData)
  }

  @Test func aFolderWithoutImagesIsAnError() throws {
    try folder.write(Fixtures.idx(extents: [0, 2, 2], []), to: "train-images-idx3-ubyte")
    try folder.write(Fixtures.labels([]), to: "train-labels-idx1-ubyte")
    #expect(loadError()?.code == .invalidData)
  }

  @Test func rowsThatStayInTheFileAreRefusedForTheSameReasons() throws {
    let cases: [(images: [UInt8], labels: [UInt8])] = [
      (Fixtures.idx(extents: [0, 2, 2], []), Fixtures.labels([])),
      (Fixtures.images, Fixtures.labels([0, 1])),
      (Fixtures.images, Fixtures.images),
      (Fixtures.images, Fixtures.labels([0, 1, 2])),
    ]
    try folder.write(Array("a\nb".utf8), to: "classes.txt")
    for (images, labels) in cases {
      try folder.write(images, to: "train-images-idx3-ubyte")
      try folder.write(labels, to: "train-labels-idx1-ubyte")
      let ofRows = error { () throws(SoftmaxError) in
        _ = try IDXFolder.rows(of: .training, in: folder.path, classNames: nil, cache: .none)
      }
      #expect(ofRows != nil)
      #expect(ofRows.map { "\($0)" } == loadError().map { "\($0)" })
    }
  }

  @Test func aSingleClassIsAnError() throws {
    try writeTraining(labels: [0, 0, 0])
    #expect(loadError()?.code == .invalidArgument)
  }

  @Test(arguments: ["t10k", "test"], ["-", "."])
  func emnistsNamesAreRead(test: String, dot: String) throws {
    for (part, labels) in [("train", [1, 0, 1] as [UInt8]), (test, [0, 1, 1])] {
      try folder.write(
        Fixtures.gzip(Fixtures.images), to: "emnist-letters-\(part)-images\(dot)idx3-ubyte.gz")
      try folder.write(
        Fixtures.labels(labels), to: "emnist-letters-\(part)-labels\(dot)idx1-ubyte")
    }
    let split = try IDXFolder.load(folder.path, cache: .none)
    #expect(split.training.labels == [1, 0, 1])
    #expect(split.test?.labels == [0, 1, 1])
    // The names of MNIST's own files come first.
    try folder.write(Fixtures.images, to: "train-images-idx3-ubyte")
    try folder.write(Fixtures.labels([0, 0, 1]), to: "train-labels-idx1-ubyte")
    #expect(
      try IDXFolder.load(folder.path, cache: .none).training.labels == [
        0, 0, 1,
      ])
  }

  @Test func filesOfSeveralDataSetsInOneFolderAreToldApart() throws {
    for name in ["emnist-letters", "emnist-digits"] {
      try folder.write(Fixtures.images, to: name + "-train-images-idx3-ubyte")
      try folder.write(Fixtures.labels([0, 1, 0]), to: name + "-train-labels-idx1-ubyte")
    }
    let error = error { () throws(SoftmaxError) in _ = try IDXFolder.load(folder.path) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("emnist-digits, emnist-letters") == true)
  }

  @Test func aMissingCompanionIsNamedWithItsPrefix() throws {
    try folder.write(Fixtures.images, to: "emnist-letters-train-images-idx3-ubyte")
    let error = error { () throws(SoftmaxError) in _ = try IDXFolder.load(folder.path) }
    #expect(error?.code == .notFound)
    #expect(error?.path == folder.path("emnist-letters-train-labels-idx1-ubyte"))
  }
}
