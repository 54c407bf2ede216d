// SPDX-License-Identifier: MIT
#include "report/run_text.h"

#include "base/format.h"
#include "core/byte_size.h"
#include "report/duration_text.h"
#include "report/json_writer.h"

namespace holdfast {
namespace {

std::string counted(int64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string faults_text(const FaultCounts& counts) {
  return std::to_string(counts.major) + " major, " + std::to_string(counts.minor) + " minor";
}

std::string place_text(MemoryRole role, const std::string& mapping) {
  const std::string name(name_of(role));
  return mapping.empty() ? name : name + " " + mapping;
}

std::string region_text(const LedgerRow& row) {
  std::string text =
      format("  %8lld KiB  ", static_cast<long long>(row.of(PageFate::kLocked) / 1024));
  text += place_text(row.role, row.mapping);
  if (row.of(PageFate::kRefused) > 0) {
    text += "; refused: " + format_byte_size(row.of(PageFate::kRefused));
  }
  if (row.of(PageFate::kLeftOut) > 0) {
    text += "; no room for " + format_byte_size(row.of(PageFate::kLeftOut));
  }
  return text + "\n";
}

std::string thread_text(const RunThread& thread, bool is_protected) {
  std::string text = "  thread " + std::to_string(thread.id) + " " + thread.name + " (" +
                     to_text(thread.policy) + " " + std::to_string(thread.priority) + "): ";
  if (!is_protected) return text + "page faults: " + faults_text(thread.before) + "\n";
  text += "page faults since it was protected: " + faults_text(thread.after) +
          " (until then: " + faults_text(thread.before) + ")";
  if (!thread.is_seen) text += "; where is not seen here";
  return text + "\n";
}

std::string cost_text(const RunProcess& process) {
  std::string text = "  locked " + format_byte_size(process.locked_bytes);
  if (process.mapped_bytes > 0) {
    text += " of " + format_byte_size(process.mapped_bytes) + " that mlockall() would take";
  }
  text += "; " + counted(process.calls, "call") + ", " + duration_text(process.calls_time);
  if (process.is_protected) {
    text += "; protected " + duration_text(process.protected_after) +
            " after its first real-time thread began";
  }
  return text + "\n";
}

std::string process_text(const RunProcess& process) {
  std::string text = "process " + std::to_string(process.pid) + " " + process.name + ": plan " +
                     process.plan +
                     (process.is_protected ? ", protected" : ", ended before it was protected") +
                     "\n" + cost_text(process);
  for (const LedgerRow& row : process.regions) text += region_text(row);
  if (process.kept_warm_bytes > 0) {
    text += "  kept warm instead of locked: " + format_byte_size(process.kept_warm_bytes) + "\n";
  }
  if (process.random_bytes > 0) {
    text += "  without read-ahead: " + format_byte_size(process.random_bytes) + "\n";
  }
  for (const RunThread& thread : process.threads) text += thread_text(thread, process.is_protected);
  for (const auto& [place, faults] : process.faults) {
    text += "  faults after that in " + place_text(place.role, place.mapping) + ": " +
            faults_text(faults.counts) + ", " + duration_text(faults.time) + "\n";
  }
  for (const std::string& note : process.notes) text += "  note: " + note + "\n";
  return text;
}

JsonWriter begin_event(std::string_view event, int pid) {
  JsonWriter json = begin_line("holdfast.run/1", event);
  pid != 0 ? json.field("pid", pid) : json.null_field("pid");
  return json;
}

void place_fields(JsonWriter& json, MemoryRole role, const std::string& mapping) {
  json.field("where", name_of(role));
  mapping.empty() ? json.null_field("mapping") : json.field("mapping", mapping);
}

std::string region_json(int pid, const LedgerRow& row) {
  JsonWriter json = begin_event("region", pid);
  place_fields(json, row.role, row.mapping);
  json.field("locked_bytes", row.of(PageFate::kLocked));
  json.field("refused_bytes", row.of(PageFate::kRefused));
  json.field("left_out_bytes", row.of(PageFate::kLeftOut));
  return end_line(json) + "\n";
}

std::string thread_json(int pid, const RunThread& thread) {
  JsonWriter json = begin_event("thread", pid);
  json.field("thread", thread.id);
  json.field("name", thread.name);
  json.field("policy", to_text(thread.policy));
  json.field("priority", thread.priority);
  json.field("major_faults_before", thread.before.major);
  json.field("minor_faults_before", thread.before.minor);
  json.field("major_faults_after", thread.after.major);
  json.field("minor_faults_after", thread.after.minor);
  json.field("sees_addresses", thread.is_seen);
  return end_line(json) + "\n";
}

std::string fault_json(int pid, const RunFaultPlace& place, const RunFaults& faults) {
  JsonWriter json = begin_event("fault", pid);
  place_fields(json, place.role, place.mapping);
  json.field("major_faults", faults.counts.major);
  json.field("minor_faults", faults.counts.minor);
  json.field("fault_ns", faults.time.count);
  return end_line(json) + "\n";
}

std::string note_json(int pid, const std::string& note) {
  JsonWriter json = begin_event("note", pid);
  json.field("note", note);
  return end_line(json) + "\n";
}

void process_fields(JsonWriter& json, const RunProcess& process) {
  json.field("name", process.name);
  json.field("route", name_of(process.route));
  json.field("plan", process.plan);
  json.field("protected", process.is_protected);
  json.field("locked_bytes", process.locked_bytes);
  json.field("refused_bytes", process.refused_bytes);
  json.field("left_out_bytes", process.left_out_bytes);
  json.field("kept_warm_bytes", process.kept_warm_bytes);
  json.field("random_bytes", process.random_bytes);
  json.field("mlockall_bytes", process.mapped_bytes);
  json.field("calls", process.calls);
  json.field("calls_ns", process.calls_time.count);
  json.field("protected_after_ns", process.protected_after.count);
}

std::string process_json(const RunProcess& process) {
  std::string text;
  for (const LedgerRow& row : process.regions) text += region_json(process.pid, row);
  for (const RunThread& thread : process.threads) text += thread_json(process.pid, thread);
  for (const auto& [place, faults] : process.faults) text += fault_json(process.pid, place, faults);
  for (const std::string& note : process.notes) text += note_json(process.pid, note);
  JsonWriter json = begin_event("process", process.pid);
  process_fields(json, process);
  return text + end_line(json) + "\n";
}

struct Sums {
  int64_t locked_bytes = 0;
  int64_t mapped_bytes = 0;
  int64_t threads = 0;
  FaultCounts after;
};

Sums sums_of(const RunReport& report) {
  Sums sums;
  for (const RunProcess& process : report.processes) {
    sums.locked_bytes += process.locked_bytes;
    sums.mapped_bytes += process.mapped_bytes;
    sums.threads += static_cast<int64_t>(process.threads.size());
    for (const RunThread& thread : process.threads) {
      sums.after.major += thread.after.major;
      sums.after.minor += thread.after.minor;
    }
  }
  return sums;
}

std::string command_text(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

std::string run_text(const RunReport& report) {
  std::string text = "holdfast run: " + command_text(report.command) + " ended with exit code " +
                     std::to_string(report.exit_code) + "\n";
  for (const RunProcess& process : report.processes) text += process_text(process);
  if (report.processes.empty()) {
    text += "no thread became real-time, so nothing was locked\n";
  }
  if (report.other_processes > 0) {
    text += std::to_string(report.other_processes) +
            (report.other_processes == 1 ? " process" : " processes") +
            " without a real-time thread\n";
  }
  for (const std::string& note : report.notes) text += "note: " + note + "\n";
  return text;
}

std::string run_json(const RunReport& report) {
  std::string text;
  for (const RunProcess& process : report.processes) text += process_json(process);
  for (const std::string& note : report.notes) text += note_json(0, note);
  const Sums sums = sums_of(report);
  JsonWriter json = begin_event("summary", 0);
  json.field("command", command_text(report.command));
  json.field("exit_code", report.exit_code);
  json.field("processes", report.processes.size());
  json.field("other_processes", report.other_processes);
  json.field("realtime_threads", sums.threads);
  json.field("locked_bytes", sums.locked_bytes);
  json.field("mlockall_bytes", sums.mapped_bytes);
  json.field("major_faults_after", sums.after.major);
  json.field("minor_faults_after", sums.after.minor);
  return text + end_line(json) + "\n";
}

std::string protected_text(const RunProcess& process) {
  return "process " + std::to_string(process.pid) + " " + process.name + ": protected, " +
         format_byte_size(process.locked_bytes) + " locked";
}

std::string protected_json(const RunProcess& process) {
  JsonWriter json = begin_event("protected", process.pid);
  process_fields(json, process);
  return end_line(json);
}

}  // namespace holdfast
