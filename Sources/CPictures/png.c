// SPDX-License-Identifier: Apache-2.0

// Without the trait Pictures the file is empty, so that the package builds where libpng is not installed.
#ifdef SOFTMAX_PICTURES

#include "pictures.h"

#include <png.h>
#include <stdio.h>
#include <string.h>

static int failure(png_image *image, char *message) {
  snprintf(message, softmax_picture_message_size, "%s", image->message);
  png_image_free(image);
  return 1;
}

static int begin(const uint8_t *bytes, size_t count, png_image *image) {
  memset(image, 0, sizeof *image);
  image->version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(image, bytes, count)) return 0;
  // Without it pixels of 16 bits would be taken for linear light, which those of 8 bits are not.
  image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  return 1;
}

int softmax_png_start(const uint8_t *bytes, size_t count, softmax_picture *picture, char *message) {
  png_image image;
  if (!begin(bytes, count, &image)) return failure(&image, message);
  picture->width = image.width;
  picture->height = image.height;
  picture->channels = image.format & PNG_FORMAT_FLAG_COLOR ? 3 : 1;
  png_image_free(&image);
  return 0;
}

int softmax_png_pixels(
    const uint8_t *bytes, size_t count, const softmax_picture *picture, uint8_t *pixels, char *message) {
  png_image image;
  if (!begin(bytes, count, &image)) return failure(&image, message);
  image.format = picture->channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  // What is transparent becomes white.
  const png_color white = {255, 255, 255};
  if (!png_image_finish_read(&image, &white, pixels, 0, NULL)) return failure(&image, message);
  if (image.warning_or_error) return failure(&image, message);
  return 0;
}

#endif
