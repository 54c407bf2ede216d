// SPDX-License-Identifier: MIT
#include "core/swap_areas.h"

#include "core/byte_size.h"
#include "core/kernel_text.h"

namespace holdfast {
namespace {

SwapKind kind_of(std::string_view name, std::string_view type) {
  if (name.starts_with("/dev/zram")) return SwapKind::kZram;
  return type == "file" ? SwapKind::kFile : SwapKind::kPartition;
}

}  // namespace

Result<std::vector<SwapArea>> parse_swap_areas(std::string_view text) {
  TextReader lines(text);
  if (!lines.take_line().starts_with("Filename")) {
    return Error{ErrorKind::kBadData, 0, "/proc/swaps does not begin with its heading"};
  }
  std::vector<SwapArea> areas;
  while (!lines.is_at_end()) {
    TextReader line(lines.take_line());
    const std::string_view name = line.take_field();
    if (name.empty()) continue;
    const std::string_view type = line.take_field();  // blanks in names are \040
    // "NAME\040(deleted)" is one field, too.
    const auto size = parse_number<int64_t>(line.take_field());
    const auto used = parse_number<int64_t>(line.take_field());
    constexpr int64_t kMost = INT64_MAX / kKibibyte;
    if (!size || !used || *size < 0 || *used < 0 || *size > kMost || *used > kMost) {
      return Error{ErrorKind::kBadData, 0, "/proc/swaps has a line without sizes"};
    }
    areas.push_back({kind_of(name, type), *size * kKibibyte, *used * kKibibyte});
  }
  return areas;
}

}  // namespace holdfast
