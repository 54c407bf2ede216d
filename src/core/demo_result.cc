// SPDX-License-Identifier: MIT
#include "core/demo_result.h"

#include "core/json_member.h"

namespace holdfast {
namespace {

/// Absent and null count as 0.
int64_t member(std::string_view object, std::string_view name) {
  return integer_member(object, name).value_or(0);
}

bool is_more(int64_t a, int64_t b) {
  return a > b && (a - b) * (a - b) > 4 * (a + b);
}

}  // namespace

std::optional<CounterResult> parse_counter_output(std::string_view output) {
  const size_t at = output.rfind("{\"schema\":\"holdfast.summary/1\"");
  if (at == std::string_view::npos) return std::nullopt;
  const size_t end = output.find('\n', at);
  if (end == std::string_view::npos) return std::nullopt;  // cut off in the middle
  const std::string_view summary = output.substr(at, end - at);
  CounterResult result;
  result.glitches = member(summary, "glitches");
  result.missing_frames = member(summary, "missing_frames");
  result.major_faults = member(summary, "own_major_faults");
  result.minor_faults = member(summary, "own_minor_faults");
  result.lateness_max_ns = member(summary, "lateness_max_ns");
  result.page_fault_glitches = member(summary, "page_fault");
  result.verdict = text_member(summary, "verdict").value_or("");
  return result;
}

std::string_view name_of(DemoVerdict verdict) {
  switch (verdict) {
    case DemoVerdict::kShown:
      return "shown";
    case DemoVerdict::kNotPressed:
      return "not_pressed";
    case DemoVerdict::kNotNoticed:
      return "not_noticed";
    case DemoVerdict::kLockedFaulted:
      return "locked_faulted";
  }
  return "";
}

DemoVerdict judge(const DemoResult& result) {
  const CounterResult& unlocked = result.unlocked;
  const CounterResult& locked = result.locked;
  if (locked.major_faults + locked.minor_faults > 0) return DemoVerdict::kLockedFaulted;
  if (unlocked.major_faults == 0) return DemoVerdict::kNotPressed;
  return is_more(unlocked.glitches, locked.glitches) ? DemoVerdict::kShown
                                                     : DemoVerdict::kNotNoticed;
}

}  // namespace holdfast
