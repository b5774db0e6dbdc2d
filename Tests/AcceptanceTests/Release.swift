// SPDX-License-Identifier: Apache-2.0

#if DEBUG
  /// Whether the C is optimised, as full sizes need it.
  let isRelease = false
#else
  /// Whether the C is optimised, as full sizes need it.
  let isRelease = true
#endif
