// SPDX-License-Identifier: MIT
#include "report/audit_json.h"

#include "base/format.h"
#include "report/json_writer.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

void frame_fields(JsonWriter& json, const CallFrame& frame) {
  json.field("address", hex_text(frame.address));
  json.text_field("mapping", frame.owner.mapping);
  json.text_field("path", frame.owner.path);
  json.text_field("build_id", frame.owner.build_id);
  frame.owner.is_file_backed ? json.field("file_offset_bytes", frame.owner.file_offset)
                             : json.null_field("file_offset_bytes");
  json.text_field("symbol", frame.owner.symbol);
}

std::string_view effect_name(LockEffect effect) {
  switch (effect) {
    case LockEffect::kLocks:
      return "lock";
    case LockEffect::kUnlocks:
      return "unlock";
    case LockEffect::kAdvises:
      return "advice";
    case LockEffect::kLimits:
      return "limit";
  }
  return "?";
}

void outcome_fields(JsonWriter& json, const AuditedCall& call, uint64_t page_bytes) {
  json.field("result", call.result);
  call.error == 0 ? json.null_field("errno") : json.field("errno", errno_name(call.error));
  json.text_field("why",
                  call.error == 0 ? "" : why_refused(call.call, call.error, call.room, page_bytes));
  json.field("locked_bytes", call.room.locked_bytes);
  json.field("limit_bytes", call.room.limit_bytes);
  json.field("is_exempt", call.room.is_exempt);
  json.field("left_bytes", call.room.left_bytes());
}

void region_json(JsonWriter& json, const RegionCoverage& region) {
  json.begin_object();
  json.field("kind", name_of(region.kind));
  json.field("name", region.name);
  json.field("address", hex_text(region.address));
  json.field("size_bytes", region.size_bytes);
  json.field("in_use_bytes", region.in_use_bytes);
  json.field("locked_bytes", region.locked_bytes);
  json.field("open_bytes", region.open_bytes);
  json.field("is_judged", is_needed(region.kind));
  json.end_object();
}

std::string_view moment_word(CoverageMoment moment) {
  switch (moment) {
    case CoverageMoment::kNow:
      return "now";
    case CoverageMoment::kBeforeUnlock:
      return "before_unlock";
    case CoverageMoment::kThreadEnd:
      return "thread_end";
  }
  return "?";
}

}  // namespace

std::string audit_call_json(const AuditedCall& call, uint64_t page_bytes) {
  JsonWriter json = begin_line("holdfast.audit_call/1");
  json.field("index", call.index);
  json.field("utc", utc_iso_text(call.utc));
  json.field("pid", call.pid);
  json.field("thread", call.thread);
  json.field("process_name", call.process);
  json.field("thread_name", call.thread_name);
  json.field("is_realtime", call.is_realtime);
  json.field("call", name_of(call.call.kind));
  json.field("effect", effect_name(effect_of(call.call.kind)));
  json.field("words", call_words(call.call));
  call.address() == 0 ? json.null_field("address")
                      : json.field("address", hex_text(call.address()));
  json.field("size_bytes", call.call.size_bytes);
  json.field("flags", call.call.flags);
  outcome_fields(json, call, page_bytes);
  json.text_field("object", call.object);
  json.text_field("caller",
                  call.stack.empty() ? "" : frame_text(call.stack[find_caller(call.stack)]));
  json.begin_array("stack");
  for (const CallFrame& frame : call.stack) {
    json.begin_object();
    frame_fields(json, frame);
    json.end_object();
  }
  json.end_array();
  return end_line(json);
}

std::string audit_caller_json(const CallerSum& sum) {
  JsonWriter json = begin_line("holdfast.audit_caller/1");
  json.field("caller", sum.caller);
  json.field("call", name_of(sum.kind));
  json.field("calls", sum.calls);
  json.field("failed", sum.failed);
  json.field("asked_bytes", sum.asked_bytes);
  sum.failed == 0 ? json.null_field("last_errno")
                  : json.field("last_errno", errno_name(sum.last_error));
  return end_line(json);
}

std::string audit_coverage_json(const ThreadCoverage& coverage) {
  JsonWriter json = begin_line("holdfast.audit_coverage/1");
  json.field("pid", coverage.pid);
  json.field("process_name", coverage.process);
  json.field("thread", coverage.thread.id);
  json.field("thread_name", coverage.thread.name);
  json.field("policy", to_text(coverage.thread.policy));
  json.field("priority", coverage.thread.rt_priority);
  json.field("reason", coverage.reason);
  json.field("moment", moment_word(coverage.moment));
  json.field("are_locks_known", coverage.are_locks_known);
  json.field("open_bytes", coverage.open_bytes());
  json.field("held_bytes", coverage.held_bytes());
  json.field("holds", coverage.holds());
  json.begin_array("regions");
  for (const RegionCoverage& region : coverage.regions) region_json(json, region);
  json.end_array();
  return end_line(json);
}

std::string audit_missing_json(const Unavailable& missing) {
  JsonWriter json = begin_line("holdfast.audit_missing/1");
  json.field("why", missing.why);
  json.text_field("how_to_get_it", missing.how_to_get_it);
  return end_line(json);
}

std::string audit_summary_json(const AuditSummary& summary) {
  JsonWriter json = begin_line("holdfast.audit_summary/1");
  const auto followed = [&](std::string_view name, int64_t count) {
    summary.has_followed ? json.field(name, count) : json.null_field(name);
  };
  followed("calls", summary.calls);
  followed("failed", summary.failed);
  json.field("least_left_bytes", summary.least_left_bytes);
  followed("processes", summary.processes);
  followed("stops", summary.stops);
  json.field("program_exit_code", summary.program_exit_code);
  json.field("program_signal", summary.program_signal);
  json.field("threads", summary.threads);
  json.field("open_bytes", summary.open_bytes);
  json.field("holds", summary.holds);
  return end_line(json);
}

}  // namespace holdfast
