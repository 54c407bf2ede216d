// SPDX-License-Identifier: MIT
#include "core/workload_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/duration.h"
#include "core/byte_size.h"

namespace holdfast {
namespace {

constexpr int64_t kMostBytes = int64_t{256} << 20;
constexpr int64_t kPage = static_cast<int64_t>(Workload::kPageBytes);

Error refused(const std::string& why) {
  return {ErrorKind::kUsage, 0, "--workload: " + why + "; for example " + to_text(WorkloadWish{})};
}

Result<> set_share(WorkloadWish& wish, std::string_view text) {
  double percent = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, percent);
  const bool is_percent = error == std::errc() && std::string_view(at, end) == "%";
  if (!is_percent || !(percent >= 0 && percent <= 100)) {
    return refused("rare is a share from 0% to 100%, not '" + std::string(text) + "'");
  }
  wish.rare_share = percent / 100;
  return Done{};
}

Result<> set_paths(WorkloadWish& wish, std::string_view text) {
  int paths = -1;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, paths);
  if (error != std::errc() || at != end || paths < 0 || paths > Workload::kMostPaths) {
    return refused("paths is a number from 0 to " + std::to_string(Workload::kMostPaths));
  }
  wish.paths = paths;
  return Done{};
}

Result<> set_bytes(WorkloadWish& wish, std::string_view text) {
  HF_TRY_ASSIGN(const int64_t size, parse_byte_size(text));
  if (size > kMostBytes) return refused("bytes is 256M at most");
  wish.size_bytes = (size + kPage - 1) / kPage * kPage;
  return Done{};
}

Result<> set_period(WorkloadWish& wish, std::string_view text) {
  HF_TRY_ASSIGN(const Nanos period, parse_duration(text));
  if (period < kMillisecond || period > kSecond * 60) return refused("period is 1ms to 1min");
  wish.period = period;
  return Done{};
}

Result<> set_part(WorkloadWish& wish, std::string_view part) {
  const size_t sign = part.find('=');
  const std::string_view name = part.substr(0, sign);
  const std::string_view value = sign == std::string_view::npos ? "" : part.substr(sign + 1);
  if (name == "bytes") return set_bytes(wish, value);
  if (name == "rare") return set_share(wish, value);
  if (name == "paths") return set_paths(wish, value);
  if (name == "period") return set_period(wish, value);
  return refused("there is no '" + std::string(name) + "'");
}

}  // namespace

Result<WorkloadWish> parse_workload(std::string_view text) {
  WorkloadWish wish;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    HF_TRY(set_part(wish, text.substr(0, comma)));
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
  }
  return wish;
}

std::string to_text(const WorkloadWish& wish) {
  std::array<char, 32> share = {};
  std::snprintf(share.data(), share.size(), "%g", wish.rare_share * 100);
  return "bytes=" + std::to_string(wish.size_bytes) + ",rare=" + share.data() +
         "%,paths=" + std::to_string(wish.paths) + ",period=" + to_text(wish.period);
}

WorkloadShape shape_of(const WorkloadWish& wish, Nanos block) {
  WorkloadShape shape;
  shape.size_bytes = wish.size_bytes;
  shape.rare_share = wish.rare_share;
  shape.paths = wish.paths;
  shape.blocks_per_period =
      std::max<int64_t>(1, wish.period.count / std::max<int64_t>(1, block.count));
  return shape;
}

}  // namespace holdfast
