// SPDX-License-Identifier: Apache-2.0

extension UInt64 {
  /// Mixes a value into a hash that finds what may be equal, by both halves of a product.
  ///
  /// Anybody can make values that collide, so what has the same hash is compared.
  package mutating func mix(_ value: UInt64) {
    let product = (self ^ value).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    self = product.high ^ product.low
  }
}
