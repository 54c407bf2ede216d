// SPDX-License-Identifier: MIT
#include "report/session_plan.h"

#include <algorithm>
#include <span>

#include "base/format.h"
#include "core/byte_size.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/lock_plan_text.h"
#include "report/page_owner_text.h"

namespace holdfast {
namespace {

LockPlanLimit limit_of_run(const SessionInfo& info) {
  if (info.lock_limit_bytes < 0) return {INT64_MAX, true, "the run's lock limit is not known"};
  return {info.lock_limit_bytes, info.lock_limit_bytes == INT64_MAX, "the run's lock limit"};
}

std::span<const PlannedLock> listed(const std::vector<PlannedLock>& locks) {
  return std::span(locks).first(std::min(locks.size(), kListedLocks));
}

std::string lock_row(size_t order, const PlannedLock& lock) {
  return "<tr><th scope=\"row\">" + std::to_string(order) + "</th><td class=\"number\">" +
         std::to_string(lock.size_bytes / 1024) + "</td><td class=\"where\">" +
         html_text(owner_text(lock.owner, lock.begin)) + "</td><td>" +
         html_text(name_of(lock.reason)) + "</td><td class=\"evidence\">" +
         html_text(reason_text(lock)) + "</td></tr>\n";
}

std::string rows(const std::vector<PlannedLock>& locks) {
  std::string html;
  size_t order = 0;
  for (const PlannedLock& lock : listed(locks)) html += lock_row(++order, lock);
  return html;
}

std::string table(const char* name, const std::vector<PlannedLock>& locks) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" +
                     std::string(name) + "\"><table class=\"locks\">\n<thead><tr>";
  for (const char* const heading : {"#", "KiB", "What", "Why", "Evidence"}) {
    html += "<th scope=\"col\">" + std::string(heading) + "</th>";
  }
  html += "</tr></thead>\n<tbody>\n" + rows(locks) + "</tbody>\n</table></div>\n";
  if (locks.size() > kListedLocks) {
    html += "<p>" + std::to_string(locks.size() - kListedLocks) +
            " more; <code>holdfast plan</code> lists all.</p>\n";
  }
  return html;
}

/// Two sentences with numbers that the JSON has, too.
std::string sum_html(const LockPlan& plan, const LockPlanLimit& limit) {
  const auto locks = static_cast<int64_t>(plan.locks.size());
  std::string html =
      "<p>What a lock of this thread's memory should hold, in the order in which it helps: " +
      data_html("lock_plan.locked_bytes", plan.locked_bytes(),
                format_byte_size(plan.locked_bytes())) +
      " in " + data_html("lock_plan.locks", locks, plural(locks, "range"));
  html +=
      limit.is_unlimited
          ? ", without a limit."
          : html_text(" under " + limit.source + " of " + format_byte_size(limit.size_bytes) + ".");
  if (plan.mapped_bytes > 0) {
    html += " Locking everything (<code>mlockall</code>) would take " +
            data_html("lock_plan.mlockall_bytes", plan.mapped_bytes,
                      format_byte_size(plan.mapped_bytes)) +
            ".";
  }
  html += " What was locked while the run was recorded took no fault, so it is not listed.";
  return html + "</p>\n";
}

void add_ranges(JsonWriter& json, std::string_view name, const std::vector<PlannedLock>& locks) {
  json.begin_array(name);
  for (const PlannedLock& lock : listed(locks)) {
    json.begin_object();
    json.field("reason", name_of(lock.reason));
    json.field("size_bytes", lock.size_bytes);
    json.field("place", owner_text(lock.owner, lock.begin));
    json.field("major_faults", lock.major);
    json.field("other_faults", lock.others);
    json.field("fault_ns", lock.time.count);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string lock_plan_section_html(const SessionFacts& facts) {
  if (!facts.lock_plan) return "";
  const LockPlan& plan = *facts.lock_plan;
  return "<section id=\"plan\" aria-labelledby=\"plan-title\">\n<h2 id=\"plan-title\">What to "
         "lock</h2>\n" +
         sum_html(plan, limit_of_run(facts.info)) +
         (plan.locks.empty() ? "" : table("To lock", plan.locks)) +
         (plan.left_out.empty()
              ? ""
              : "<h3>Left out under the limit</h3>\n" + table("Left out", plan.left_out)) +
         "</section>\n";
}

void add_lock_plan(JsonWriter& json, const SessionFacts& facts) {
  if (!facts.lock_plan) return json.null_field("lock_plan");
  const LockPlan& plan = *facts.lock_plan;
  const LockPlanLimit limit = limit_of_run(facts.info);
  json.begin_object("lock_plan");
  json.field("locks", plan.locks.size());
  json.field("locked_bytes", plan.locked_bytes());
  json.field("left_out_bytes", plan.left_out_bytes());
  limit.is_unlimited ? json.null_field("limit_bytes") : json.field("limit_bytes", limit.size_bytes);
  plan.mapped_bytes > 0 ? json.field("mlockall_bytes", plan.mapped_bytes)
                        : json.null_field("mlockall_bytes");
  add_ranges(json, "ranges", plan.locks);
  add_ranges(json, "left_out", plan.left_out);
  json.end_object();
}

std::string lock_plan_line(const SessionFacts& facts) {
  if (!facts.lock_plan) return "";
  constexpr std::string_view kBegin = "to lock: ";
  const std::string sum = lock_plan_sum(*facts.lock_plan, limit_of_run(facts.info));
  return "to lock        " + sum.substr(kBegin.size()) + "; holdfast plan lists them\n";
}

}  // namespace holdfast
