// SPDX-License-Identifier: MIT
#include "core/swap_header.h"

#include <cstring>
#include <string_view>

#include "base/check.h"

namespace holdfast {

std::array<std::byte, 4096> make_swap_header(int64_t size_bytes) {
  constexpr int64_t kPage = 4096;
  constexpr std::string_view kSignature = "SWAPSPACE2";
  HF_CHECK(size_bytes >= 10 * kPage && size_bytes % kPage == 0);
  std::array<std::byte, 4096> page = {};
  const uint32_t version = 1;
  const auto last_page = static_cast<uint32_t>(size_bytes / kPage - 1);
  std::memcpy(page.data() + 1024, &version, sizeof(version));
  std::memcpy(page.data() + 1028, &last_page, sizeof(last_page));
  std::memcpy(page.data() + page.size() - kSignature.size(), kSignature.data(), kSignature.size());
  return page;
}

}  // namespace holdfast
