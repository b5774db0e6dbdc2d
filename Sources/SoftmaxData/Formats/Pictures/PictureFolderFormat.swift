// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Folders of pictures, with a folder for each class.
struct PictureFolderFormat: FileFormat {
  let name = "a folder of pictures in folders of classes"
  let title = "picture folder"
  let content = FileContent.labeledFeatures

  func recognizes(_ start: FileStart) -> Bool {
    start.isFolder && PictureFiles.arePictures(in: start.path)
  }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    try options.arrays.validateIsEmpty(of: file.path)
    return try PictureFolder.load(file.path, as: options.pictures)
  }

  // Pictures to classify need no folders of classes.
  func rows(
    _ file: DataFile, part: DatasetSplit.Part?, options: ReadingOptions
  ) throws(SoftmaxError) -> PredictionRows {
    try options.arrays.validateIsEmpty(of: file.path)
    return try PictureFolder.predictionRows(of: file.path, part: part, as: options.pictures)
  }
}
