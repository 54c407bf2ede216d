// SPDX-License-Identifier: MIT
#include "report/machine_text.h"

#include "base/format.h"

namespace holdfast {
namespace {

void append(std::string& text, const std::string& part) {
  text += (text.empty() ? "" : ", ") + part;
}

}  // namespace

std::string machine_text(const MachineUse& machine) {
  std::string text;
  if (const auto busy = machine.busy_share())
    append(text, "processors " + percent_text(*busy) + " busy");
  if (const auto steal = machine.steal_share(); steal >= 0.005) {
    append(text, percent_text(*steal) + " of them taken by the host");
  }
  if (const auto stalled = machine.stalled_share()) {
    append(text, "tasks waited for memory " + percent_text(*stalled) + " of the time");
  }
  if (const auto stalled = machine.cgroup_stalled_share()) {
    append(text, "those of its cgroup " + percent_text(*stalled));
  }
  if (const auto swapped = machine.swapped_out_bytes_per_second(); swapped >= 50e3) {
    append(text, format("%.1f MB/s swapped out", *swapped / 1e6));
  }
  return text.empty() ? "" : "machine        " + text + "\n";
}

void add_machine(JsonWriter& json, const MachineUse& machine) {
  json.begin_object("machine");
  json.field("busy_share", machine.busy_share());
  json.field("steal_share", machine.steal_share());
  json.field("stalled_share", machine.stalled_share());
  json.field("cgroup_stalled_share", machine.cgroup_stalled_share());
  json.field("swapped_out_bytes_per_second", machine.swapped_out_bytes_per_second());
  json.end_object();
}

}  // namespace holdfast
