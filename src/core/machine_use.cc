// SPDX-License-Identifier: MIT
#include "core/machine_use.h"

#include <algorithm>

namespace holdfast {
namespace {

/// The rise of a counter; absent when there are no two readings of it, or when it fell.
template <class Reading>
std::optional<double> rise(const std::optional<Reading>& first, const std::optional<Reading>& last,
                           int64_t Reading::*counter) {
  if (!first || !last || (*first).*counter < 0 || (*last).*counter < (*first).*counter) return {};
  return static_cast<double>((*last).*counter) - static_cast<double>((*first).*counter);
}

template <class Reading>
std::optional<double> rise_per_second(const std::optional<Reading>& first,
                                      const std::optional<Reading>& last,
                                      int64_t Reading::*counter) {
  const std::optional<double> risen = rise(first, last, counter);
  if (!risen || last->head.mono_ns <= first->head.mono_ns) return {};
  const double elapsed_ns =
      static_cast<double>(last->head.mono_ns) - static_cast<double>(first->head.mono_ns);
  return *risen / elapsed_ns * static_cast<double>(kSecond.count);
}

/// Nanoseconds a second as a share. A reading takes some time itself: not more than all.
std::optional<double> as_share(std::optional<double> per_second) {
  if (!per_second) return {};
  return std::min(*per_second / static_cast<double>(kSecond.count), 1.0);
}

/// Of everything that the processors did and did not do.
std::optional<double> share_of_processors(const std::optional<ProcessorsRecord>& first,
                                          const std::optional<ProcessorsRecord>& last,
                                          int64_t ProcessorsRecord::*counter) {
  const auto busy = rise(first, last, &ProcessorsRecord::busy_ns);
  const auto idle = rise(first, last, &ProcessorsRecord::idle_ns);
  const auto part = rise(first, last, counter);
  if (!busy || !idle || !part) return {};
  // The kernel lets these two fall at times.
  const double iowait = rise(first, last, &ProcessorsRecord::iowait_ns).value_or(0);
  const double steal = rise(first, last, &ProcessorsRecord::steal_ns).value_or(0);
  const double all = *busy + *idle + iowait + steal;
  return all > 0 ? std::optional(*part / all) : std::nullopt;
}

}  // namespace

void MachineUse::add(const MemoryRecord& record) {
  if (!first_memory_) first_memory_ = record;
  last_memory_ = record;
}

void MachineUse::add(const ProcessorsRecord& record) {
  if (!first_processors_) first_processors_ = record;
  last_processors_ = record;
}

std::optional<double> MachineUse::busy_share() const {
  return share_of_processors(first_processors_, last_processors_, &ProcessorsRecord::busy_ns);
}

std::optional<double> MachineUse::steal_share() const {
  return share_of_processors(first_processors_, last_processors_, &ProcessorsRecord::steal_ns);
}

std::optional<double> MachineUse::stalled_share() const {
  return as_share(rise_per_second(first_memory_, last_memory_, &MemoryRecord::stalled_some_ns));
}

std::optional<double> MachineUse::cgroup_stalled_share() const {
  return as_share(
      rise_per_second(first_processors_, last_processors_, &ProcessorsRecord::cgroup_stalled_ns));
}

std::optional<double> MachineUse::swapped_out_bytes_per_second() const {
  return rise_per_second(first_memory_, last_memory_, &MemoryRecord::swapped_out_bytes);
}

}  // namespace holdfast
