// SPDX-License-Identifier: MIT
#include "core/demo_result.h"

#include <charconv>

namespace holdfast {
namespace {

/// The integer member `name` of a JSON object without blanks between its parts; 0 when absent or
/// null.
int64_t member(std::string_view object, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const size_t at = object.find(key);
  if (at == std::string_view::npos) return 0;
  const std::string_view rest = object.substr(at + key.size());
  int64_t value = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), value);
  return value;
}

/// The text member `name`, its escapes undone as far as they are single characters.
std::string text_member(std::string_view object, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const size_t at = object.find(key);
  std::string text;
  if (at == std::string_view::npos) return text;
  for (size_t i = at + key.size(); i < object.size() && object[i] != '"'; i++) {
    if (object[i] == '\\' && i + 1 < object.size()) i++;
    text += object[i];
  }
  return text;
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
  result.verdict = text_member(summary, "verdict");
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
