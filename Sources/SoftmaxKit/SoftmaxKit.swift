// SPDX-License-Identifier: Apache-2.0

// The umbrella module: importing it imports the whole library.
@_exported public import SoftmaxCore
@_exported public import SoftmaxData
@_exported public import SoftmaxModels
@_exported public import SoftmaxReports
