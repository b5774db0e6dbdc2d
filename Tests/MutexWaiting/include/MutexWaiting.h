// SPDX-License-Identifier: Apache-2.0
//
// Nothing to call: mutex_waiting.c takes the place of a function of Swift's library.
