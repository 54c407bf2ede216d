// SPDX-License-Identifier: MIT
#include "core/kernel_log.h"

#include <algorithm>
#include <array>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

/// Parts of the kernel's messages (mm/oom_kill.c, mm/page_alloc.c, mm/page_io.c, kernel/sched/rt.c,
/// kernel/time, kernel/watchdog.c, kernel/hung_task.c of 5.10 to 6.18).
constexpr std::array<std::string_view, 17> kTelling = {
    "ut of memory",  // "Out of memory: Killed process", "Memory cgroup out of memory"
    "oom-kill",
    "oom_kill",
    "oom_reaper",
    "page allocation failure",
    "page allocation stall",
    "error on swap-device",
    "rror on swap device",
    "RT throttling activated",
    "RT Watchdog Timeout",
    "CPU Watchdog Timeout",
    "RLIMIT_",
    "hrtimer: interrupt took",
    "Marking clocksource",
    "blocked for more than",
    "soft lockup",
    "detected stalls on",
};

}  // namespace

std::optional<KernelMessage> parse_kernel_message(std::string_view record) {
  const size_t semicolon = record.find(';');
  if (semicolon == std::string_view::npos) return std::nullopt;
  TextReader head(record.substr(0, semicolon));
  const bool has_level = parse_number<uint32_t>(head.take_until(',')).has_value();
  const bool has_number = parse_number<uint64_t>(head.take_until(',')).has_value();
  const auto since_boot_us = parse_number<int64_t>(head.take_until(','));
  if (!has_level || !has_number || !since_boot_us || *since_boot_us < 0) return std::nullopt;
  KernelMessage message{*since_boot_us,
                        std::string(TextReader(record.substr(semicolon + 1)).take_line())};
  for (char& c : message.text) c = static_cast<unsigned char>(c) < ' ' || c == 127 ? '?' : c;
  return message;
}

bool is_about_memory_or_limits(std::string_view text) {
  if (text.starts_with(' ')) return false;  // a line of a stack trace
  return std::any_of(kTelling.begin(), kTelling.end(), [text](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

}  // namespace holdfast
