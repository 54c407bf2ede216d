// SPDX-License-Identifier: MIT
#include "reporter/gzip_text.h"

#include <zlib.h>

namespace holdfast::reporter {
namespace {

constexpr int kGzip = 15 + 16;  // zlib's way to ask for this format

}  // namespace

std::optional<std::string> gzip_text(std::string_view text) {
  z_stream stream = {};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return std::nullopt;
  }
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const bool is_done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return is_done ? std::optional(std::move(packed)) : std::nullopt;
}

}  // namespace holdfast::reporter
