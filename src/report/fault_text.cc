// SPDX-License-Identifier: MIT
#include "report/fault_text.h"

#include "base/format.h"
#include "report/duration_text.h"
#include "report/json_writer.h"
#include "report/page_owner_text.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

/// "major fault, 3.61 ms, 1.39 ms of it asleep".
std::string event_text(const SeenFault& fault) {
  if (fault.kind == FaultKind::kUnknown) return "fault, its end was not seen";
  const std::string text = std::string(name_of(fault.kind)) + " fault";
  if (!fault.duration) return text + ", its begin was not seen";
  std::string timed = text + ", " + duration_text(*fault.duration);
  if (!fault.asleep) return timed + ", time asleep not known";
  if (*fault.asleep == Nanos(0)) return timed;
  return timed + ", " + duration_text(*fault.asleep) + " of it asleep";
}

/// "; touched by f+0x12". Code that was missing itself touched itself.
std::string toucher_text(const SeenFault& fault) {
  if (fault.is_in_kernel) return "; touched by the kernel on its behalf";
  if (fault.toucher.empty() || fault.toucher == fault.owner.symbol) return "";
  return "; touched by " + fault.toucher;
}

bool has_owner(const SeenFault& fault) {
  return fault.owner.role != MemoryRole::kUnknown;
}

}  // namespace

std::string fault_text(const SeenFault& fault, const std::string& when) {
  std::string place = owner_text(fault.owner, fault.address);
  if (has_owner(fault)) place += " (" + hex_text(fault.address).substr(2) + ")";
  return when + " " + event_text(fault) + ": " + place + toucher_text(fault);
}

std::string fault_json(const SeenFault& fault, Nanos utc) {
  const bool is_known = fault.kind != FaultKind::kUnknown;
  const bool is_major = fault.kind == FaultKind::kMajor;
  JsonWriter json = begin_line("holdfast.fault/1");
  json.field("utc", utc_iso_text(utc));
  json.field("mono_ns", fault.time.count);
  json.field("address", hex_text(fault.address));
  json.text_field("where", has_owner(fault) ? name_of(fault.owner.role) : "");
  json.text_field("of", fault.owner.of);
  json.text_field("mapping", fault.owner.mapping);
  json.text_field("symbol", fault.owner.symbol);
  json.text_field("backing",
                  has_owner(fault) && is_known ? backing_text(fault.owner, is_major) : "");
  json.text_field("kind", is_known ? name_of(fault.kind) : "");
  json.field("duration_ns", fault.duration);
  json.field("asleep_ns", fault.asleep);
  json.text_field("toucher", fault.toucher);
  json.field("is_in_kernel", fault.is_in_kernel);
  return end_line(json);
}

std::string observation_text(Observation level) {
  return "observing: " + std::string(statement_of(level));
}

std::string observation_json(Nanos utc, Observation level) {
  JsonWriter json = begin_line("holdfast.residency/1", "observation");
  json.field("utc", utc_iso_text(utc));
  json.field("level", name_of(level));
  json.field("statement", statement_of(level));
  return end_line(json);
}

}  // namespace holdfast
