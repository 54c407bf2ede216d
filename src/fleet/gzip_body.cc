// SPDX-License-Identifier: MIT
#include "fleet/gzip_body.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

namespace holdfast::fleet {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

}  // namespace

Result<std::string> unpack_gzip(std::string_view packed, const GzipLimits& limits) {
  const size_t most = std::min(
      limits.most_bytes, std::max(limits.harmless_bytes, packed.size() * limits.largest_ratio));
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) return unavailable("no memory to unpack with");
  const std::unique_ptr<z_stream, EndInflate> end(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string content;
  std::array<char, 32 << 10> piece;
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_NO_FLUSH);
    content.append(piece.data(), piece.size() - stream.avail_out);
    if (content.size() > most) return usage_error("unpacks to too much");
  }
  if (state != Z_STREAM_END || stream.avail_in != 0)
    return usage_error("is no gzip, or is cut off");
  return content;
}

}  // namespace holdfast::fleet
