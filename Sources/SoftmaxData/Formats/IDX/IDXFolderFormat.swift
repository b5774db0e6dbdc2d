// SPDX-License-Identifier: Apache-2.0
import SoftmaxCore

/// Folders of IDX files with the names of MNIST's files.
struct IDXFolderFormat: FileFormat {
  let name = "a folder of IDX files"
  let title = "IDX folder"
  let content = FileContent.labeledFeatures

  func recognizes(_ start: FileStart) -> Bool {
    start.isFolder && IDXFolder.hasFiles(start.path)
  }

  func dataset(_ file: DataFile, options: ReadingOptions) throws(SoftmaxError) -> DatasetSplit {
    try options.arrays.validateIsEmpty(of: file.path)
    return try IDXFolder.load(file.path, cache: options.cache)
  }
}
