// SPDX-License-Identifier: Apache-2.0

import SoftmaxKit

/// The examples of the documentation comments that load data.
extension DocumentationSnippets {
  static func iris() throws {
    let iris = try Iris.load()
    print(iris.training.count, iris.training.features.row(0))  // 120 [5.1, 3.5, 1.4, 0.2]
  }

  static func breastCancer() throws {
    let tumours = try BreastCancer.load()
    print(tumours.training.count, tumours.test?.count ?? 0)  // 456 113
  }

  static func mnist() throws {
    let digits = try RemoteDataset.mnist.load()
    print(digits.training.count, digits.training.labels[0])  // 60000 5
  }

  static func fetchedMNIST(_ showProgress: @escaping (String) -> Void) throws -> String {
    let folder = try RemoteDataset.mnist.fetch { file, received, total in
      showProgress("\(file): \(received) of \(total) bytes")
    }
    return folder
  }

  // `mails.npz` of the current folder.
  static func chosenArrays() throws -> DatasetSplit {
    let split = try DatasetReference("mails.npz")
      .load(arrays: ArrayChoice(features: "sentence_vectors", labels: "folder"))
    return split
  }

  // `iris.csv` of the current folder.
  static func tableOfFlowers() throws -> LabeledDataset {
    let flowers = try CSVTable.read("iris.csv", as: CSVFormat(target: .column("species")))
    print(flowers.note)  // read as comma, header, 150 rows, classes in "species"
    let dataset = try flowers.dataset()
    return dataset
  }

  // Two files of the current folder.
  static func tableInFiles() throws -> CSVTable {
    let year = try CSVTable.read(["january.csv", "february.csv.gz"])
    return year
  }

  // Two files of the current folder.
  static func dataInFiles() throws -> DatasetReference {
    let months = try DatasetReference(["january.csv", "february.csv.gz"])
    return months
  }

  static func tableOfMeasurements() throws -> Table {
    let table = try Table(csv: "measurements.csv")
    return table
  }

  static func labelled(_ table: Table) throws -> LabeledDataset {
    let flowers = try LabeledDataset(table: table, target: "species")
    return flowers
  }

  static func visits(_ table: Table) throws -> LabeledDataset {
    let visits = try LabeledDataset(table: table, target: "outcome", group: "patient")
    return visits
  }

  static func grouped(_ dataset: LabeledDataset) throws -> [LabeledDataset] {
    let visits = try dataset.with(origins: .groups([0, 0, 1, 1, 2, 2]))
    let (training, validation) = try visits.split(validationFraction: 0.3, seed: 1)
    return [training, validation]
  }

  static func flowers() throws -> LabeledDataset {
    let flowers = try LabeledDataset(csv: "iris.csv", as: CSVFormat(target: .column("species")))
    return flowers
  }

  // `train.svm` and `test.svm` of the current folder.
  static func sparseRows() throws -> (LabeledDataset, LabeledDataset) {
    let training = try LabeledDataset(svmlight: "train.svm")
    let test = try LabeledDataset(svmlight: "test.svm", as: SVMLightFormat(like: training.features))
    try training.write(svmlight: "train.svm")
    return (training, test)
  }

  static func matched(
    _ test: LabeledDataset, with training: LabeledDataset
  ) throws -> LabeledDataset {
    let matched = try test.matching(classNames: training.classNames)
    return matched
  }

  static func loader() throws {
    let loader = try BatchLoader(idxFolder: "/data/fashion-mnist", batchSize: 256, readers: 4)
    for batch in try loader.epoch(0) {
      let samples = try batch.get()
      print(samples.count, samples.labels[0])
    }
  }
}
