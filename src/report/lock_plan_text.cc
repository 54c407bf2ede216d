// SPDX-License-Identifier: MIT
#include "report/lock_plan_text.h"

#include "base/format.h"
#include "core/byte_size.h"
#include "report/duration_text.h"
#include "report/json_writer.h"
#include "report/page_owner_text.h"

namespace holdfast {
namespace {

constexpr size_t kMostRows = 40;  // for people; JSON has all

std::string row_text(size_t order, const PlannedLock& lock) {
  return format("%5zu %8lld  %-10s %s\n", order, static_cast<long long>(lock.size_bytes / 1024),
                std::string(name_of(lock.reason)).c_str(),
                owner_text(lock.owner, lock.begin).c_str()) +
         format("%26s %s\n", "", reason_text(lock).c_str());
}

std::string rows_text(const std::vector<PlannedLock>& locks) {
  std::string text;
  for (size_t i = 0; i < locks.size() && i < kMostRows; ++i) text += row_text(i + 1, locks[i]);
  if (locks.size() <= kMostRows) return text;
  int64_t rest_bytes = 0;
  for (size_t i = kMostRows; i < locks.size(); ++i) rest_bytes += locks[i].size_bytes;
  return text + format("%5s %8lld  and %zu smaller matters (--json shows all)\n", "...",
                       static_cast<long long>(rest_bytes / 1024), locks.size() - kMostRows);
}

std::string limit_text(const LockPlanLimit& limit) {
  if (limit.is_unlimited) return limit.source + ": unlimited";
  return limit.source + ": " + format_byte_size(limit.size_bytes);
}

std::string lock_json(std::string_view event, size_t order, const PlannedLock& lock) {
  JsonWriter json = begin_line("holdfast.plan/1", event);
  json.field("order", order);
  json.field("reason", name_of(lock.reason));
  json.field("address", hex_text(lock.begin));
  json.field("size_bytes", lock.size_bytes);
  json.field("where", name_of(lock.owner.role));
  json.text_field("of", lock.owner.of);
  json.text_field("mapping", lock.owner.mapping);
  json.text_field("path", lock.owner.path);
  json.text_field("build_id", lock.owner.build_id);
  lock.owner.is_file_backed ? json.field("file_offset_bytes", lock.owner.file_offset)
                            : json.null_field("file_offset_bytes");
  json.text_field("symbol", lock.owner.symbol);
  json.field("major_faults", lock.major);
  json.field("other_faults", lock.others);
  json.field("fault_ns", lock.time.count);
  return end_line(json) + "\n";
}

}  // namespace

std::string reason_text(const PlannedLock& lock) {
  const std::string faults = plural(lock.major + lock.others, "fault");
  std::string cost = faults + ", " + duration_text(lock.time);
  switch (lock.reason) {
    case LockReason::kStack:
      return lock.major + lock.others > 0 ? "its stack as deep as used, and 64 KiB; " + cost
                                          : "its stack; how deep it is used was not seen";
    case LockReason::kWaited:
      return plural(lock.major, "major fault") + ", " + duration_text(lock.time);
    case LockReason::kTouched:
      return cost;
    case LockReason::kAlongside:
      return "came along with a page nearby";
  }
  return "";
}

std::string lock_plan_sum(const LockPlan& plan, const LockPlanLimit& limit) {
  std::string text = "to lock: " + format_byte_size(plan.locked_bytes()) + " in " +
                     plural(static_cast<int64_t>(plan.locks.size()), "range") + " (" +
                     limit_text(limit) + ")";
  if (!plan.left_out.empty()) text += "; left out: " + format_byte_size(plan.left_out_bytes());
  return text;
}

std::string lock_plan_text(const LockPlan& plan, const LockPlanLimit& limit) {
  std::string text;
  if (!plan.locks.empty()) text += "order      KiB  why        what\n" + rows_text(plan.locks);
  if (!plan.left_out.empty()) text += "left out under the limit:\n" + rows_text(plan.left_out);
  text += lock_plan_sum(plan, limit) + "\n";
  if (plan.mapped_bytes > 0) {
    text += "mlockall() would take " + format_byte_size(plan.mapped_bytes) + "\n";
  }
  if (plan.gone_pages > 0) {
    text +=
        plural(plan.gone_pages, "page") + " cannot be locked: unmapped by now, or the kernel's\n";
  }
  return text;
}

std::string lock_plan_json(const LockPlan& plan, const LockPlanLimit& limit) {
  std::string text;
  size_t order = 0;
  for (const PlannedLock& lock : plan.locks) text += lock_json("lock", ++order, lock);
  for (const PlannedLock& lock : plan.left_out) text += lock_json("left_out", ++order, lock);
  JsonWriter json = begin_line("holdfast.plan/1", "summary");
  json.field("locks", plan.locks.size());
  json.field("locked_bytes", plan.locked_bytes());
  json.field("left_out_bytes", plan.left_out_bytes());
  limit.is_unlimited ? json.null_field("limit_bytes") : json.field("limit_bytes", limit.size_bytes);
  json.field("limit_source", limit.source);
  plan.mapped_bytes > 0 ? json.field("mlockall_bytes", plan.mapped_bytes)
                        : json.null_field("mlockall_bytes");
  json.field("gone_pages", plan.gone_pages);
  return text + end_line(json) + "\n";
}

}  // namespace holdfast
