// SPDX-License-Identifier: Apache-2.0
//
// Pictures of PNG and JPEG as rows of bytes, by libpng and libjpeg. Their errors leave by longjmp, which Swift
// must not see, so it sees these functions alone.
#ifndef SOFTMAX_PICTURES_H
#define SOFTMAX_PICTURES_H

#include <stddef.h>
#include <stdint.h>

// What the start of a file says of its picture.
typedef struct {
  uint32_t width;
  uint32_t height;
  // 1 for grey, 3 for red, green and blue.
  uint32_t channels;
} softmax_picture;

// The size of a message, with the 0 at its end.
enum { softmax_picture_message_size = 256 };

// Reads what the start of a file says. Returns 0; or 1 with a message, if the file holds no picture.
int softmax_png_start(const uint8_t *bytes, size_t count, softmax_picture *picture, char *message);
int softmax_jpeg_start(const uint8_t *bytes, size_t count, softmax_picture *picture, char *message);

// Reads the pixels, row by row, each of `picture->channels` bytes, into `pixels`, which has room for all that
// the start says. Returns 0; or 1 with a message, if the file is damaged or ends early.
int softmax_png_pixels(
    const uint8_t *bytes, size_t count, const softmax_picture *picture, uint8_t *pixels, char *message);
int softmax_jpeg_pixels(
    const uint8_t *bytes, size_t count, const softmax_picture *picture, uint8_t *pixels, char *message);

#endif
