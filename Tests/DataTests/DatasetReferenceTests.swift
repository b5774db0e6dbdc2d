// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore
import SoftmaxData
import SoftmaxTestSupport
import Testing

@Suite struct DatasetReferenceTests {
  private func failure(_ text: String) -> SoftmaxError? {
    error { () throws(SoftmaxError) in _ = try DatasetReference(text) }
  }

  @Test func namesPartsAndRowsAreRead() throws {
    let cases: [(String, DatasetReference)] = [
      ("digits", .init(source: .builtIn("digits"))),
      ("digits:train", .init(source: .builtIn("digits"), part: .training)),
      ("digits:test:7", .init(source: .builtIn("digits"), part: .test, row: 7)),
      ("digits:0", .init(source: .builtIn("digits"), row: 0)),
      ("fashion-mnist:test:0", .init(source: .builtIn("fashion-mnist"), part: .test, row: 0)),
    ]
    for (text, reference) in cases {
      #expect(try DatasetReference(text) == reference)
      #expect(reference.description == text)
    }
    #expect(
      Set(DatasetReference.builtInNames).isSuperset(of: [
        "digits", "iris", "breast-cancer", "fashion-mnist", "mnist",
      ]))
  }

  @Test func severalPathsAreOneTable() throws {
    let folder = try TemporaryFolder()
    let (first, second) = (try folder.write([], to: "a.csv"), try folder.write([], to: "b:c.csv"))
    let reference = try DatasetReference([first, second])
    #expect(reference == DatasetReference(source: .tables([first, second])))
    #expect(try DatasetReference([first]) == DatasetReference(first))
    for (texts, message) in [
      ([first, "iris"], "\"iris\" is no file, and several have to be tables"),
      ([first + ":test", first], "is no file"), ([first + ":0", first], "is no file"),
      ([first, folder.path], "is no file"), ([first, "nothing"], "is no data set and no path"),
      ([], "nothing is named"),
    ] {
      let failure = error { () throws(SoftmaxError) in _ = try DatasetReference(texts) }
      #expect(try #require(failure).message.contains(message), "\(texts)")
    }
  }

  @Test func pathsMayHoldColons() throws {
    let folder = try TemporaryFolder()
    for name in ["plain", "with:colon", "ends:test", "ends:test:3"] {
      try folder.write([], to: name + "/file")
    }
    let cases: [(String, String, DatasetSplit.Part?, Int?)] = [
      ("plain", "plain", nil, nil), ("plain:test", "plain", .test, nil),
      ("plain:train:12", "plain", .training, 12), ("plain:5", "plain", nil, 5),
      ("with:colon", "with:colon", nil, nil), ("with:colon:test", "with:colon", .test, nil),
      ("with:colon:test:1", "with:colon", .test, 1), ("ends:test", "ends:test", nil, nil),
      ("ends:test:3", "ends:test:3", nil, nil), ("ends:test:test:4", "ends:test", .test, 4),
    ]
    for (text, path, part, row) in cases {
      let reference = try DatasetReference(folder.path(text))
      #expect(reference.source == .folder(folder.path(path)), "\(text)")
      #expect(reference.part == part, "\(text)")
      #expect(reference.row == row, "\(text)")
    }
  }

  @Test(arguments: [
    ("digit", "digits"), ("Digits", "digits"), ("fashion_mnist", "fashion-mnist"),
    ("FashionMNIST", "fashion-mnist"), ("MNIST", "mnist"), ("Iris:test", "iris"),
    ("fashon-mnist:test", "fashion-mnist"),
  ])
  func theNearestNameIsSuggested(text: String, suggestion: String) throws {
    let error = try #require(failure(text))
    #expect(error.code == .notFound)
    #expect(error.message.contains(DatasetReference.builtInNames.joined(separator: ", ")))
    #expect(error.remedy?.contains(suggestion) == true)
  }

  @Test func farFetchedNamesAndPathsGetNoSuggestion() {
    for text in ["imagenet", "", ":", "::", String(repeating: "d", count: 100_000), "a\0b"] {
      #expect(failure(text)?.code == .notFound)
      #expect(failure(text)?.remedy == nil)
    }
    #expect(failure("/no/such/place:test")?.path == "/no/such/place:test")
  }

  @Test(arguments: [
    "digits:", "digits:tset", "digits:-1", "digits:+1", "digits:1:2", "digits:test:train",
    "digits:test:0:0", "digits:99999999999999999999", "digits:1e3", "digits:\u{663}",
  ])
  func whatIsNoPartAndNoRowIsAnError(text: String) {
    #expect(failure(text)?.code == .invalidArgument)
  }

  @Test func partsAndRowsAreTakenFromTheDataSet() throws {
    let split = try DatasetReference("digits").load()
    #expect(try DatasetReference("digits").part(of: split, default: .training).count == 1_437)
    #expect(try DatasetReference("digits").part(of: split, default: .test).count == 360)
    #expect(try DatasetReference("digits:test").part(of: split, default: .training).count == 360)
    let row = try DatasetReference("digits:test:359").part(of: split, default: .training)
    #expect(row.count == 1)
    #expect(row.labels[0] == split.test?.labels[359])
    let beyond = error { () throws(SoftmaxError) in
      _ = try DatasetReference("digits:test:360").part(of: split, default: .training)
    }
    #expect(beyond?.code == .notFound)
    #expect(beyond?.message.contains("0...359") == true)
  }

  @Test func aTableIsAFileWithoutParts() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("a,b\n1,x\n2,y\n3,x\n".utf8), to: "my:table.csv")
    let reference = try DatasetReference(path + ":2")
    #expect(reference == DatasetReference(source: .file(path), row: 2))
    let split = try reference.load()
    #expect(split.name == "my:table.csv")
    #expect(split.featureNames == ["a"])
    #expect(split.test == nil)
    for part in [DatasetSplit.Part.training, .test] {
      let row = try reference.part(of: split, default: part)
      #expect(row.labels == [0])
      #expect(row.features.row(0) == [3])
      let named = error { () throws(SoftmaxError) in
        let reference = DatasetReference(source: .file(path), part: part)
        _ = try reference.part(of: split, default: .training)
      }
      #expect(named?.code == .invalidArgument)
    }
    let known = try reference.load(table: CSVFormat(knownClassNames: ["y", "x"]))
    #expect(known.training.labels == [1, 0, 1])
  }

  @Test func aSingleFileOfAnotherFormatIsNoTable() throws {
    let folder = try TemporaryFolder()
    let images = try folder.write(Fixtures.gzip(Fixtures.images), to: "images.gz")
    let model = try folder.write(Fixtures.safetensors("{}"), to: "model")
    for path in [images, model] {
      #expect(error { () throws(SoftmaxError) in _ = try DatasetReference(path).load() } != nil)
    }
  }

  @Test func aMissingPartIsAnError() throws {
    let split = DatasetSplit(name: "mine", training: try Digits.load().training)
    let error = error { () throws(SoftmaxError) in
      _ = try DatasetReference("digits:test").part(of: split, default: .training)
    }
    #expect(error?.code == .notFound)
    #expect(error?.remedy?.contains("mine:train") == true)
  }

  @Test func referencesMadeInCodeAreCheckedWhenLoaded() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write([1], to: "file")
    let cases: [(DatasetReference.Source, SoftmaxError.Code)] = [
      (.builtIn("nothing"), .notFound), (.folder(file), .unsupported),
      (.folder(folder.path), .notFound), (.folder(""), .notFound),
    ]
    for (source, code) in cases {
      let error = error { () throws(SoftmaxError) in
        _ = try DatasetReference(source: source).load()
      }
      #expect(error?.code == code)
    }
    let split = try Digits.load()
    #expect(throws: SoftmaxError.self) {
      try DatasetReference(source: .builtIn("digits"), row: -1).part(of: split, default: .test)
    }
  }
}
