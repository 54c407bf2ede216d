// SPDX-License-Identifier: MIT
#include "audio/alsa_options.h"

#include <charconv>

namespace holdfast::audio {
namespace {

constexpr const char* kAlsa = "ALSA";
constexpr int64_t kMinRingBlocks = 2;
constexpr int64_t kMaxAlsaRingBlocks = 1024;

Result<> set_access(AlsaOptions& options, std::string_view value) {
  if (value != "mmap" && value != "rw") return not_understood(kAlsa, value, "access is mmap or rw");
  options.access = value == "rw" ? AlsaAccess::kReadWrite : AlsaAccess::kMmap;
  return Done{};
}

Result<> set_ring(AlsaOptions& options, std::string_view value) {
  int64_t blocks = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), blocks);
  const bool is_number = error == std::errc() && end == value.data() + value.size();
  if (!is_number || blocks < kMinRingBlocks || blocks > kMaxAlsaRingBlocks) {
    return not_understood(kAlsa, value, "ring is a number of blocks from 2 to 1024");
  }
  options.ring_blocks = blocks;
  return Done{};
}

bool is_ours(std::string_view word) {
  return word.starts_with("access=") || word.starts_with("ring=");
}

}  // namespace

Result<AlsaOptions> parse_alsa_options(std::string_view text) {
  AlsaOptions options;
  if (text.empty()) return options;
  if (text.front() != ':') return not_understood(kAlsa, text, "write alsa or alsa:PCM");
  text.remove_prefix(1);
  while (!text.empty()) {
    const size_t comma = text.rfind(',');
    const size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
    const std::string_view word = text.substr(begin);
    if (!is_ours(word)) break;
    const std::string_view value = word.substr(word.find('=') + 1);
    HF_TRY(word.front() == 'a' ? set_access(options, value) : set_ring(options, value));
    text = text.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  options.pcm = text;
  return options;
}

std::string to_text(const AlsaOptions& options) {
  std::string text = "alsa:" + options.pcm;
  if (!options.pcm.empty()) text += ',';
  text += options.access == AlsaAccess::kMmap ? "access=mmap" : "access=rw";
  return text + ",ring=" + std::to_string(options.ring_blocks);
}

}  // namespace holdfast::audio
