// SPDX-License-Identifier: MIT
#include "core/load_history.h"

#include <algorithm>
#include <cmath>

namespace holdfast {
namespace {

double rise(int64_t before, int64_t after) {
  return before < 0 || after < before ? 0
                                      : static_cast<double>(after) - static_cast<double>(before);
}

/// What the processors did and did not do between two readings. The kernel lets the times of
/// waiting fall at times: then they count nothing.
double all_time(const ProcessorsRecord& before, const ProcessorsRecord& after) {
  return rise(before.busy_ns, after.busy_ns) + rise(before.idle_ns, after.idle_ns) +
         rise(before.iowait_ns, after.iowait_ns) + rise(before.steal_ns, after.steal_ns);
}

}  // namespace

void LoadHistory::add(const MemoryRecord& record) {
  if (record.available_bytes < 0 || memory_bytes_ <= 0) return;
  if (last_memory_ && record.head.mono_ns <= last_memory_->head.mono_ns) return;
  if (last_memory_) {
    const double total = static_cast<double>(memory_bytes_);
    const double mean = (static_cast<double>(last_memory_->available_bytes) +
                         static_cast<double>(record.available_bytes)) /
                        2;
    const auto elapsed = static_cast<double>(record.head.mono_ns - last_memory_->head.mono_ns);
    const double used = std::clamp(1 - mean / total, 0.0, 1.0);
    divide(memory_, Nanos(last_memory_->head.mono_ns), Nanos(record.head.mono_ns), used * elapsed,
           elapsed);
  }
  last_memory_ = record;
}

void LoadHistory::add(const ProcessorsRecord& record) {
  if (record.busy_ns < 0 || record.idle_ns < 0) return;
  if (last_processors_ && record.head.mono_ns <= last_processors_->head.mono_ns) return;
  if (last_processors_) {
    divide(cpu_, Nanos(last_processors_->head.mono_ns), Nanos(record.head.mono_ns),
           rise(last_processors_->busy_ns, record.busy_ns), all_time(*last_processors_, record));
  }
  last_processors_ = record;
}

void LoadHistory::divide(Shares& shares, Nanos from, Nanos to, double part, double whole) const {
  if (!begin_ || whole <= 0 || to <= from) return;
  const Nanos first = std::max(from, *begin_);
  const auto length = static_cast<double>((to - from).count);
  for (Nanos at = first; at < to;) {
    const int64_t second = (at - *begin_).count / kSecond.count;
    if (second >= kMostSeconds) return;
    const Nanos end = std::min(to, *begin_ + kSecond * (second + 1));
    const double share = static_cast<double>((end - at).count) / length;
    const auto index = static_cast<size_t>(second);
    if (shares.size() <= index) shares.resize(index + 1);
    shares[index].part += part * share;
    shares[index].whole += whole * share;
    at = end;
  }
}

std::optional<int> LoadHistory::percent(const Shares& shares, int64_t second) {
  const auto has_reading = [](const Share& share) { return share.whole > 0; };
  const auto asked = static_cast<size_t>(std::max<int64_t>(second, 0));
  const auto end = shares.begin() + static_cast<ptrdiff_t>(std::min(asked + 1, shares.size()));
  const auto before = std::find_if(std::make_reverse_iterator(end), shares.rend(), has_reading);
  const Share* found = nullptr;
  if (before != shares.rend()) {
    found = &*before;
  } else if (const auto after = std::find_if(end, shares.end(), has_reading);
             after != shares.end()) {
    found = &*after;
  }
  if (found == nullptr) return std::nullopt;
  return std::clamp(static_cast<int>(std::lround(100 * found->part / found->whole)), 0, 100);
}

std::optional<int> LoadHistory::cpu_percent(int64_t second) const {
  return percent(cpu_, second);
}

std::optional<int> LoadHistory::memory_percent(int64_t second) const {
  return percent(memory_, second);
}

}  // namespace holdfast
