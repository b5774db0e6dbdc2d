// SPDX-License-Identifier: Apache-2.0
//
// The table of kernels for one instruction set. dispatch.c includes this file once for each of them.

#define KERNEL(name, ...) void CONCAT(name, VARIANT)(__VA_ARGS__);
#define SHARED_KERNEL(name, ...)
#include "kernel_list.h"

static const softmax_kernels CONCAT(kernels, VARIANT) = {
    .name = TEXT(VARIANT),
#define KERNEL(name, ...) .name = CONCAT(name, VARIANT),
#define SHARED_KERNEL(name, ...) .name = softmax_##name,
#include "kernel_list.h"
};
