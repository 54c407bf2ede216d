// SPDX-License-Identifier: MIT
#include "report/machine_text.h"

#include <cstdio>

namespace holdfast {
namespace {

std::string percent(double share) {
  char text[32];
  snprintf(text, sizeof text, "%.0f %%", share * 100);
  return text;
}

void append(std::string& text, const std::string& part) {
  text += (text.empty() ? "" : ", ") + part;
}

void add_number(JsonWriter& json, const char* name, std::optional<double> value) {
  if (value) {
    json.field(name, *value);
  } else {
    json.null_field(name);
  }
}

}  // namespace

std::string machine_text(const MachineUse& machine) {
  std::string text;
  if (const auto busy = machine.busy_share())
    append(text, "processors " + percent(*busy) + " busy");
  if (const auto steal = machine.steal_share(); steal >= 0.005) {
    append(text, percent(*steal) + " of them taken by the host");
  }
  if (const auto stalled = machine.stalled_share()) {
    append(text, "tasks waited for memory " + percent(*stalled) + " of the time");
  }
  if (const auto stalled = machine.cgroup_stalled_share()) {
    append(text, "those of its cgroup " + percent(*stalled));
  }
  if (const auto swapped = machine.swapped_out_bytes_per_second(); swapped >= 50e3) {
    char rate[48];
    snprintf(rate, sizeof rate, "%.1f MB/s swapped out", *swapped / 1e6);
    append(text, rate);
  }
  return text.empty() ? "" : "machine        " + text + "\n";
}

void add_machine(JsonWriter& json, const MachineUse& machine) {
  json.begin_object("machine");
  add_number(json, "busy_share", machine.busy_share());
  add_number(json, "steal_share", machine.steal_share());
  add_number(json, "stalled_share", machine.stalled_share());
  add_number(json, "cgroup_stalled_share", machine.cgroup_stalled_share());
  add_number(json, "swapped_out_bytes_per_second", machine.swapped_out_bytes_per_second());
  json.end_object();
}

}  // namespace holdfast
