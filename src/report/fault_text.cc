// SPDX-License-Identifier: MIT
#include "report/fault_text.h"

#include <cstdio>

#include "report/duration_text.h"
#include "report/json_writer.h"
#include "report/page_owner_text.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

std::string hex_digits(uint64_t number) {
  char text[24];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(number));
  return text;
}

void add_text(JsonWriter& json, std::string_view name, std::string_view text) {
  text.empty() ? json.null_field(name) : json.field(name, text);
}

void add_time(JsonWriter& json, std::string_view name, const std::optional<Nanos>& time) {
  time ? json.field(name, time->count) : json.null_field(name);
}

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
  if (has_owner(fault)) place += " (" + hex_digits(fault.address) + ")";
  return when + " " + event_text(fault) + ": " + place + toucher_text(fault);
}

std::string fault_json(const SeenFault& fault, Nanos utc) {
  const bool is_known = fault.kind != FaultKind::kUnknown;
  const bool is_major = fault.kind == FaultKind::kMajor;
  JsonWriter json;
  json.begin_object();
  json.field("schema", "holdfast.fault/1");
  json.field("utc", utc_iso_text(utc));
  json.field("mono_ns", fault.time.count);
  json.field("address", "0x" + hex_digits(fault.address));
  add_text(json, "where", has_owner(fault) ? name_of(fault.owner.role) : "");
  add_text(json, "of", fault.owner.of);
  add_text(json, "mapping", fault.owner.mapping);
  add_text(json, "symbol", fault.owner.symbol);
  add_text(json, "backing",
           has_owner(fault) && is_known ? backing_text(fault.owner, is_major) : "");
  add_text(json, "kind", is_known ? name_of(fault.kind) : "");
  add_time(json, "duration_ns", fault.duration);
  add_time(json, "asleep_ns", fault.asleep);
  add_text(json, "toucher", fault.toucher);
  json.field("is_in_kernel", fault.is_in_kernel);
  json.end_object();
  return json.text();
}

std::string observation_text(Observation level) {
  return "observing: " + std::string(statement_of(level));
}

std::string observation_json(Nanos utc, Observation level) {
  JsonWriter json;
  json.begin_object();
  json.field("schema", "holdfast.residency/1");
  json.field("event", "observation");
  json.field("utc", utc_iso_text(utc));
  json.field("level", name_of(level));
  json.field("statement", statement_of(level));
  json.end_object();
  return json.text();
}

}  // namespace holdfast
