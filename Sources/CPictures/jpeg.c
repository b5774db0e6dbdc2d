// SPDX-License-Identifier: Apache-2.0

// Without the trait Pictures the file is empty, so that the package builds where libjpeg is not installed.
#ifdef SOFTMAX_PICTURES

#include "pictures.h"

#include <setjmp.h>
#include <stdio.h>

// libjpeg's headers need FILE and size_t before them, and the second the first.
#include <jpeglib.h>

#include <jerror.h>

// A progressive file may repeat its scans without end; cameras write about ten.
enum { most_scans = 200 };

typedef struct {
  struct jpeg_error_mgr manager;
  struct jpeg_progress_mgr progress;
  jmp_buf exit;
  char *message;
} state;

static void fail(j_common_ptr common) {
  state *state = common->client_data;
  // The library's own size of a message is below that of ours.
  _Static_assert(JMSG_LENGTH_MAX <= softmax_picture_message_size, "a message has no room");
  common->err->format_message(common, state->message);
  longjmp(state->exit, 1);
}

// A warning that pixels are made up, such as those after an early end, is an error. Others, such as that of bytes
// that belong to nothing, are not: many programs write such files.
static void warn(j_common_ptr common, int level) {
  if (level >= 0) return;
  switch (common->err->msg_code) {
  case JWRN_JPEG_EOF:
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_MUST_RESYNC:
  case JWRN_BOGUS_PROGRESSION:
    fail(common);
  default:
    return;
  }
}

static void count_scans(j_common_ptr common) {
  state *state = common->client_data;
  if (common->is_decompressor && ((j_decompress_ptr)common)->input_scan_number > most_scans) {
    snprintf(state->message, softmax_picture_message_size, "more than %d scans", most_scans);
    longjmp(state->exit, 1);
  }
}

static int has_four_colours(const struct jpeg_decompress_struct *decoder) {
  return decoder->jpeg_color_space == JCS_CMYK || decoder->jpeg_color_space == JCS_YCCK;
}

static void describe(const struct jpeg_decompress_struct *decoder, softmax_picture *picture) {
  picture->width = decoder->image_width;
  picture->height = decoder->image_height;
  picture->channels = decoder->jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
}

// Four colours of ink as three of light. Adobe's programs write them inverted.
static void convert(uint8_t *row, const uint8_t *inks, uint32_t width, int is_inverted) {
  const uint8_t mask = is_inverted ? 0 : 255;
  for (uint32_t x = 0; x < width; x++) {
    const unsigned black = inks[4 * x + 3] ^ mask;
    for (int colour = 0; colour < 3; colour++) {
      row[3 * x + colour] = (uint8_t)(((inks[4 * x + colour] ^ mask) * black + 127) / 255);
    }
  }
}

// Reads what the start says of the picture; or, with `pixels`, the picture that the start has described.
static int read(
    const uint8_t *bytes, size_t count, softmax_picture *picture, uint8_t *pixels, char *message) {
  struct jpeg_decompress_struct decoder = {0};
  state state = {.message = message};
  decoder.err = jpeg_std_error(&state.manager);
  state.manager.error_exit = fail;
  state.manager.emit_message = warn;
  state.progress.progress_monitor = count_scans;
  if (setjmp(state.exit)) {
    jpeg_destroy_decompress(&decoder);
    return 1;
  }
  // An error while the decoder is created needs it, and creating keeps it.
  decoder.client_data = &state;
  jpeg_create_decompress(&decoder);
  decoder.progress = &state.progress;
  jpeg_mem_src(&decoder, bytes, count);
  jpeg_read_header(&decoder, TRUE);
  if (pixels == NULL) {
    describe(&decoder, picture);
    jpeg_destroy_decompress(&decoder);
    return 0;
  }
  softmax_picture found;
  describe(&decoder, &found);
  if (found.width != picture->width || found.height != picture->height ||
      found.channels != picture->channels) {
    snprintf(message, softmax_picture_message_size, "the file has changed");
    longjmp(state.exit, 1);
  }
  const int is_of_ink = has_four_colours(&decoder);
  decoder.out_color_space =
      is_of_ink ? JCS_CMYK : picture->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  // The transform whose bits are the same with and without vector instructions.
  decoder.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&decoder);
  JSAMPARRAY inks = NULL;
  if (is_of_ink) {
    inks = decoder.mem->alloc_sarray(
        (j_common_ptr)&decoder, JPOOL_IMAGE, decoder.output_width * 4, 1);
  }
  const size_t stride = (size_t)picture->width * picture->channels;
  while (decoder.output_scanline < decoder.output_height) {
    uint8_t *row = pixels + stride * decoder.output_scanline;
    JSAMPROW target = is_of_ink ? inks[0] : row;
    jpeg_read_scanlines(&decoder, &target, 1);
    if (is_of_ink) convert(row, inks[0], picture->width, decoder.saw_Adobe_marker);
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return 0;
}

int softmax_jpeg_start(const uint8_t *bytes, size_t count, softmax_picture *picture, char *message) {
  return read(bytes, count, picture, NULL, message);
}

int softmax_jpeg_pixels(
    const uint8_t *bytes, size_t count, const softmax_picture *picture, uint8_t *pixels, char *message) {
  softmax_picture described = *picture;
  return read(bytes, count, &described, pixels, message);
}

#endif
