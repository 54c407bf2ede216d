// SPDX-License-Identifier: MIT
#include "report/eviction_text.h"

#include <algorithm>

#include "base/format.h"
#include "report/duration_text.h"
#include "report/json_writer.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

std::string_view words_of(StayReason reason) {
  switch (reason) {
    case StayReason::kLocked:
      return "locked";
    case StayReason::kShared:
      return "shared with other processes";
    case StayReason::kDirty:
      return "not yet written to their file";
    case StayReason::kNotPermitted:
      return "of a file that is not yours";
    case StayReason::kNoSwap:
      return "in no file, and no swap is free";
    case StayReason::kInUse:
      return "used again at once";
    case StayReason::kKept:
      return "kept by the kernel";
  }
  return "?";
}

/// "3 locked, 1 shared with other processes".
std::string reasons_text(const EvictedRange& range) {
  std::string text;
  for (size_t i = 0; i < kStayReasons; ++i) {
    if (range.stayed[i] == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(range.stayed[i]) + " ";
    text += words_of(static_cast<StayReason>(i));
  }
  return text;
}

std::string row_text(const EvictedRange& range, int name_width) {
  std::string why = reasons_text(range);
  if (range.unknown > 0) {
    why += (why.empty() ? "" : ", ") + std::to_string(range.unknown) +
           " unmapped, the rest is not told";
  }
  const std::string row = format("%-*s %9zu %9zu %7zu %7zu %8zu %7zu", name_width,
                                 range.name.c_str(), range.size_bytes / 1024, range.already_out,
                                 range.asked, range.left, range.half_out, range.stayed_pages());
  return row + (why.empty() ? "" : "  " + why) + "\n";
}

JsonWriter begin_event(std::string_view name, Nanos utc) {
  JsonWriter json = begin_line("holdfast.eviction/1", name);
  json.field("utc", utc_iso_text(utc));
  return json;
}

void count_fields(JsonWriter& json, const EvictedRange& range) {
  json.field("already_out_pages", range.already_out);
  json.field("asked_pages", range.asked);
  json.field("left_pages", range.left);
  json.field("half_out_pages", range.half_out);
  json.field("unknown_pages", range.unknown);
  json.begin_object("stayed_pages");
  for (size_t i = 0; i < kStayReasons; ++i) {
    json.field(name_of(static_cast<StayReason>(i)), range.stayed[i]);
  }
  json.end_object();
}

void range_object(JsonWriter& json, const EvictedRange& range) {
  json.begin_object();
  json.field("region", range.name);
  json.field("address", hex_text(range.begin));
  json.field("size_bytes", range.size_bytes);
  count_fields(json, range);
  json.end_object();
}

}  // namespace

void EvictionSummary::add(const Eviction& eviction) {
  const EvictedRange total = eviction.total();
  ++evictions;
  asked_pages += static_cast<int64_t>(total.asked);
  left_pages += static_cast<int64_t>(total.left);
  longest = std::max(longest, eviction.took);
  longest_hold = std::max(longest_hold, eviction.held);
}

void EvictionSummary::add(const EvictionAnswer& answer) {
  minor_faults += answer.minor_faults;
  major_faults += answer.major_faults;
  if (answer.major_faults > 0) ++answered;
}

std::string eviction_table(const Eviction& eviction) {
  size_t name_width = std::string_view("range").size();
  for (const EvictedRange& range : eviction.ranges) {
    name_width = std::max(name_width, range.name.size());
  }
  const auto width = static_cast<int>(name_width);
  std::string text = format("%-*s %9s %9s %7s %7s %8s %7s\n", width, "range", "KiB", "were out",
                            "asked", "left", "half out", "stayed");
  for (const EvictedRange& range : eviction.ranges) text += row_text(range, width);
  const EvictedRange total = eviction.total();
  if (total.half_out == 0) return text;
  return text + "half out: unmapped, but still in RAM; the next access is a minor fault\n";
}

std::string eviction_line(int64_t index, const std::string& when, const Eviction& eviction) {
  const EvictedRange total = eviction.total();
  std::string text = format("%s eviction %lld: %zu of %zu pages left in %s", when.c_str(),
                            static_cast<long long>(index), total.left, total.asked,
                            duration_text(eviction.took).c_str());
  if (eviction.held > Nanos(0)) text += ", threads held for " + duration_text(eviction.held);
  if (total.half_out > 0) text += "; " + std::to_string(total.half_out) + " half out";
  const std::string reasons = reasons_text(total);
  return text + (reasons.empty() ? "" : "; stayed: " + reasons);
}

std::string summary_text(const EvictionSummary& summary) {
  std::string text = summary.has_process_ended ? "the process has ended\n" : "";
  text +=
      format("%lld evictions, %lld of %lld pages left; the longest took %s\n",
             static_cast<long long>(summary.evictions), static_cast<long long>(summary.left_pages),
             static_cast<long long>(summary.asked_pages), duration_text(summary.longest).c_str());
  return text + format(
                    "the thread took %lld major and %lld minor faults; %lld of %lld evictions "
                    "were answered by a major one\n",
                    static_cast<long long>(summary.major_faults),
                    static_cast<long long>(summary.minor_faults),
                    static_cast<long long>(summary.answered),
                    static_cast<long long>(summary.evictions));
}

std::string advice_on(const Eviction& eviction) {
  const EvictedRange total = eviction.total();
  const auto stayed = [&total](StayReason reason) {
    return total.stayed[static_cast<size_t>(reason)] > 0;
  };
  std::string text;
  if (stayed(StayReason::kNoSwap)) {
    text +=
        "stack, data and heap can only leave to swap: switch some on (swapon), or push out text\n";
  }
  if (stayed(StayReason::kShared)) {
    text +=
        "shared pages leave when nobody else runs the file: run the program, with its "
        "libraries, from a copy of its own\n";
  }
  if (stayed(StayReason::kLocked))
    text += "locked pages do not leave: that is what locking is for\n";
  if (stayed(StayReason::kNotPermitted)) {
    text += "pages of files that are not yours leave for root only\n";
  }
  if (stayed(StayReason::kDirty)) text += "changed pages of files leave once written: sync\n";
  return text;
}

std::string eviction_thread_json(Nanos utc, int pid, const ThreadChoice& choice) {
  JsonWriter json = begin_event("thread", utc);
  json.field("pid", pid);
  json.field("tid", choice.thread.id);
  json.field("name", choice.thread.name);
  json.field("policy", to_text(choice.thread.policy));
  json.field("rt_priority", choice.thread.rt_priority);
  json.field("reason", choice.reason);
  return end_line(json);
}

std::string eviction_json(Nanos utc, int64_t index, const Eviction& eviction) {
  JsonWriter json = begin_event("eviction", utc);
  json.field("index", index);
  json.field("took_ns", eviction.took.count);
  json.field("held_ns", eviction.held.count);
  count_fields(json, eviction.total());
  json.begin_array("ranges");
  for (const EvictedRange& range : eviction.ranges) range_object(json, range);
  json.end_array();
  return end_line(json);
}

std::string answer_json(Nanos utc, int64_t index, const EvictionAnswer& answer) {
  JsonWriter json = begin_event("answer", utc);
  json.field("index", index);
  json.field("major_faults", answer.major_faults);
  json.field("minor_faults", answer.minor_faults);
  return end_line(json);
}

std::string missing_eviction_json(Nanos utc, const Unavailable& missing) {
  JsonWriter json = begin_event("missing", utc);
  json.field("why", missing.why);
  json.field("how_to_get_it", missing.how_to_get_it);
  return end_line(json);
}

std::string summary_json(Nanos utc, const EvictionSummary& summary) {
  JsonWriter json = begin_event("summary", utc);
  json.field("evictions", summary.evictions);
  json.field("answered", summary.answered);
  json.field("asked_pages", summary.asked_pages);
  json.field("left_pages", summary.left_pages);
  json.field("longest_ns", summary.longest.count);
  json.field("longest_hold_ns", summary.longest_hold.count);
  json.field("major_faults", summary.major_faults);
  json.field("minor_faults", summary.minor_faults);
  json.field("process_ended", summary.has_process_ended);
  return end_line(json);
}

}  // namespace holdfast
