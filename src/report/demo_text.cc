// SPDX-License-Identifier: MIT
#include "report/demo_text.h"

#include <cstdio>

#include "core/byte_size.h"
#include "report/duration_text.h"
#include "report/json_writer.h"

namespace holdfast {
namespace {

std::string conditions(const DemoResult& result) {
  std::string text = std::to_string(result.seconds) + " s beside " + std::to_string(result.loads) +
                     " runs of MemLoad, ";
  text += result.limit_bytes > 0 ? "in a memory cgroup of " + format_byte_size(result.limit_bytes)
                                 : "without a memory cgroup";
  text += result.swap_bytes > 0 ? " with " + format_byte_size(result.swap_bytes) + " of swap.\n"
                                : " and without swap.\n";
  if (!result.page_out_every.empty()) {
    text +=
        "Without a cgroup nobody may be pressed: instead each counter asked the kernel to take "
        "its own\ncode and data away, every " +
        result.page_out_every + ", as pressure would. Blocks of " +
        std::to_string(result.block_frames) + " frames.\n";
  }
  return text + "\n";
}

std::string row(const char* name, const CounterResult& counter) {
  char text[160];
  std::snprintf(
      text, sizeof(text), "  %-20s %9lld %12lld %13lld %13lld %12s %11s\n", name,
      static_cast<long long>(counter.glitches), static_cast<long long>(counter.missing_frames),
      static_cast<long long>(counter.major_faults), static_cast<long long>(counter.minor_faults),
      duration_text(Nanos(counter.lateness_max_ns)).c_str(),
      format_byte_size(counter.peak_swapped_bytes).c_str());
  return text;
}

std::string verdict_text(const DemoResult& result) {
  const std::string unlocked = std::to_string(result.unlocked.glitches);
  const std::string locked = std::to_string(result.locked.glitches);
  switch (judge(result)) {
    case DemoVerdict::kShown:
      return "Shown: memory pressure pushed out pages of the unlocked audio thread; it waited for "
             "them " +
             std::to_string(result.unlocked.major_faults) + "\ntimes and lost audio " + unlocked +
             " times. The locked one, under the same pressure, waited for none and lost\naudio " +
             locked +
             (result.locked.glitches == 0 ? " times.\n"
                                          : " times, for reasons other than memory.\n");
    case DemoVerdict::kNotPressed:
      return "Not shown: the unlocked audio thread never had to wait for a page, so memory "
             "explains none\n"
             "of these glitches.\n";
    case DemoVerdict::kNotNoticed:
      return "Not shown: the unlocked audio thread had to wait for pages, but lost audio hardly "
             "more often\n"
             "(" +
             unlocked + " times) than the locked one (" + locked +
             "). Run it longer, with --for 2min.\n";
    case DemoVerdict::kLockedFaulted:
      return "Does not hold: the locked audio thread faulted as well; see `holdfast count` for "
             "what could\n"
             "not be locked.\n";
  }
  return "";
}

/// What each counter said of the causes of its own glitches.
std::string causes_text(const DemoResult& result) {
  std::string text;
  if (!result.unlocked.verdict.empty())
    text += "\nnothing locked: " + result.unlocked.verdict + ".\n";
  if (!result.locked.verdict.empty()) text += "locked: " + result.locked.verdict + ".\n";
  return text;
}

void add_counter(JsonWriter& json, const char* name, const CounterResult& counter) {
  json.begin_object(name);
  json.field("glitches", counter.glitches);
  json.field("missing_frames", counter.missing_frames);
  json.field("own_major_faults", counter.major_faults);
  json.field("own_minor_faults", counter.minor_faults);
  json.field("lateness_max_ns", counter.lateness_max_ns);
  json.field("page_fault_glitches", counter.page_fault_glitches);
  json.field("verdict", counter.verdict);
  json.field("peak_swapped_bytes", counter.peak_swapped_bytes);
  json.end_object();
}

}  // namespace

std::string demo_text(const DemoResult& result) {
  std::string text = conditions(result);
  text +=
      "  audio thread          glitches  frames lost  major faults  minor faults  latest block  in "
      "swap\n";
  text += row("nothing locked", result.unlocked);
  text += row("locked", result.locked);
  text += "\n" + verdict_text(result) + causes_text(result);
  for (const std::string& what : result.missing) text += "Missing here: " + what + "\n";
  return text;
}

std::string demo_json(const DemoResult& result) {
  JsonWriter json = begin_line("holdfast.demo/1");
  json.field("verdict", name_of(judge(result)));
  json.field("seconds", result.seconds);
  json.field("limit_bytes", result.limit_bytes);
  json.field("swap_bytes", result.swap_bytes);
  json.field("loads", result.loads);
  json.field("block_frames", result.block_frames);
  if (!result.page_out_every.empty()) json.field("page_out_every", result.page_out_every);
  add_counter(json, "unlocked", result.unlocked);
  add_counter(json, "locked", result.locked);
  json.begin_array("missing");
  for (const std::string& what : result.missing) json.value(what);
  json.end_array();
  return end_line(json);
}

}  // namespace holdfast
