// SPDX-License-Identifier: MIT
#include "rt/workload.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace holdfast {
namespace {

/// Each instance has a page of code to itself. A template cannot be in the marked section (g++ 12),
/// and these are not to be locked with it: whether they are is what an experiment is about.
template <unsigned N>
[[gnu::noinline, gnu::aligned(4096)]] unsigned rare_path(unsigned x) noexcept {
  return (x ^ N) * (N + 3);
}

using Path = unsigned (*)(unsigned) noexcept;

template <size_t... N>
constexpr auto make_paths(std::index_sequence<N...> /*unused*/) {
  return std::array<Path, sizeof...(N)>{&rare_path<static_cast<unsigned>(N)>...};
}

constexpr auto kPaths = make_paths(std::make_index_sequence<Workload::kMostPaths>{});

/// Near the golden section of `count`, and coprime to it.
size_t stride_through(size_t count) {
  size_t stride = std::max<size_t>(1, count * 618 / 1000);
  while (std::gcd(stride, count) > 1) ++stride;
  return stride;
}

}  // namespace

Workload::Workload(const WorkloadShape& shape, std::span<unsigned char> data)
    : data_(data.data()),
      hot_pages_(0),
      rare_pages_(0),
      paths_(static_cast<size_t>(std::clamp(shape.paths, 0, kMostPaths))),
      period_(static_cast<size_t>(std::max<int64_t>(1, shape.blocks_per_period))) {
  const size_t size_bytes = std::min(static_cast<size_t>(shape.size_bytes), data.size());
  const size_t pages = size_bytes / kPageBytes;
  rare_pages_ = static_cast<size_t>(static_cast<double>(pages) * shape.rare_share);
  hot_pages_ = pages - rare_pages_;
  stride_ = stride_through(std::max<size_t>(1, rare_pages_ + paths_));
}

HF_RT_INLINE void Workload::touch(size_t page) {
  volatile unsigned char& byte = data_[page * kPageBytes];
  byte = static_cast<unsigned char>(byte + 1);
}

HF_RT_TEXT void Workload::run() noexcept {
  for (size_t page = 0; page < hot_pages_; ++page) touch(page);
  const size_t rare = rare_pages_ + paths_;
  for (due_ += rare; due_ >= period_; due_ -= period_) {
    if (next_ < rare_pages_) {
      touch(hot_pages_ + next_);
    } else {
      result_ = kPaths[next_ - rare_pages_](result_);
    }
    next_ = (next_ + stride_) % rare;
  }
}

MemoryRange Workload::code() {
  const auto [first, last] = std::minmax_element(kPaths.begin(), kPaths.end(), [](Path a, Path b) {
    return reinterpret_cast<uintptr_t>(a) < reinterpret_cast<uintptr_t>(b);
  });
  const auto begin = reinterpret_cast<uintptr_t>(*first);
  return {begin, reinterpret_cast<uintptr_t>(*last) + kPageBytes - begin, "workload code"};
}

}  // namespace holdfast
