// SPDX-License-Identifier: MIT
#include "report/audit_text.h"

#include "base/format.h"
#include "core/byte_size.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

constexpr const char* kPattern = "%-19s %-22s %-22s %11s  %-9s %11s  ";

std::string size_text(const AuditedCall& call) {
  return call.call.size_bytes == 0 ? ""
                                   : format_byte_size(static_cast<int64_t>(call.call.size_bytes));
}

std::string outcome_text(const AuditedCall& call) {
  if (!call.result) return "no return";
  return call.error == 0 ? "ok" : errno_name(call.error);
}

std::string left_text(const std::optional<int64_t>& left_bytes) {
  return left_bytes ? format_byte_size(*left_bytes) : "unlimited";
}

std::string who_text(const AuditedCall& call) {
  return call.thread_name + " " + std::to_string(call.thread) + (call.is_realtime ? " RT" : "");
}

std::string caller_text(const AuditedCall& call) {
  return call.stack.empty() ? "unknown" : frame_text(call.stack[find_caller(call.stack)]);
}

std::string calls_text(const AuditSummary& summary) {
  if (!summary.has_followed) return "";
  const std::string limit = summary.least_left_bytes
                                ? "the least that was left under the lock limit: " +
                                      format_byte_size(*summary.least_left_bytes)
                                : "no lock limit held";
  return plural(summary.calls, "call") + " in " + std::to_string(summary.processes) +
         (summary.processes == 1 ? " process, " : " processes, ") + std::to_string(summary.failed) +
         " refused; " + limit + "\n";
}

std::string program_end_text(const AuditSummary& summary) {
  if (summary.program_signal) {
    return "the program was ended by signal " + std::to_string(*summary.program_signal) + "\n";
  }
  if (!summary.program_exit_code) return "";
  return "the program ended with exit code " + std::to_string(*summary.program_exit_code) + "\n";
}

std::string verdict_text(const AuditSummary& summary) {
  if (!summary.holds) {
    return "what is locked could not be looked at: the program ended too suddenly\n";
  }
  const std::string who = plural(summary.threads, "thread");
  if (*summary.holds) return "everything that " + who + " had in use was locked\n";
  return "NOT LOCKED: " + format_byte_size(summary.open_bytes) + " that " + who +
         " had in use can leave memory; holdfast plan finds the part that matters\n";
}

}  // namespace

std::string audit_heading() {
  return format(kPattern, "time", "thread", "call", "size", "result", "limit left") + "caller\n";
}

std::string call_text(const AuditedCall& call, uint64_t page_bytes) {
  std::string text = format(kPattern, utc_clock_text(call.utc).c_str(), who_text(call).c_str(),
                            call_words(call.call).c_str(), size_text(call).c_str(),
                            outcome_text(call).c_str(), left_text(call.room.left_bytes()).c_str()) +
                     caller_text(call);
  if (!call.object.empty()) text += ": " + call.object;
  text += "\n";
  if (call.error == 0) return text;
  const std::string why = why_refused(call.call, call.error, call.room, page_bytes);
  return why.empty() ? text : text + "    refused: " + why + "\n";
}

std::string stack_text(const AuditedCall& call) {
  std::string text;
  for (const CallFrame& frame : call.stack) text += "    " + frame_text(frame) + "\n";
  return text;
}

std::string callers_text(const LockTally& tally) {
  if (tally.callers().empty()) return "";
  std::string text = format("%7s %7s %11s  %-16s ", "calls", "failed", "size", "call") + "caller\n";
  for (const CallerSum& sum : tally.callers()) {
    const std::string size = sum.asked_bytes > 0 ? format_byte_size(sum.asked_bytes) : "";
    text += format("%7lld %7lld %11s  %-16s ", static_cast<long long>(sum.calls),
                   static_cast<long long>(sum.failed), size.c_str(),
                   std::string(name_of(sum.kind)).c_str()) +
            sum.caller + "\n";
  }
  return text;
}

std::string audit_summary_text(const AuditSummary& summary) {
  return calls_text(summary) + program_end_text(summary) + verdict_text(summary);
}

}  // namespace holdfast
