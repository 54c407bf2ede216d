// SPDX-License-Identifier: MIT
#include "report/field_report_json.h"

#include <utility>

#include "report/json_writer.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

constexpr int64_t kSchema = 1;
constexpr size_t kHourLength = 13;  // of "2024-02-13T16"

std::string hour_text(int64_t hour) {
  return utc_iso_text(kSecond * 3600 * hour).substr(0, kHourLength) + "Z";
}

void add_app(JsonWriter& json, const FieldApp& app) {
  json.begin_object("app");
  json.field("id", app.id);
  json.field("version", app.version);
  json.field("build", app.build);
  json.end_object();
}

void add_session(JsonWriter& json, const FieldSession& session) {
  json.begin_object("session");
  json.field("direction", session.direction);
  json.field("start_hour", hour_text(session.start_hour));
  json.field("duration_ms", session.duration_ms);
  json.field("suspended_ms", session.suspended_ms);
  json.field("end", session.end);
  json.end_object();
}

void add_system(JsonWriter& json, const FieldSystem& system) {
  json.begin_object("system");
  json.field("os", system.os);
  json.field("os_version", system.os_version);
  json.field("arch", system.arch);
  json.field("cpus", system.cpus);
  json.field("ram_mib", system.ram_mib);
  json.field("swap_mib", system.swap_mib);
  json.field("power", system.power);
  json.end_object();
}

void add_audio(JsonWriter& json, const FieldAudio& audio) {
  json.begin_object("audio");
  json.field("backend", audio.backend);
  json.field("device_class", audio.device_class);
  json.field("rate_hz", audio.rate_hz);
  json.field("buffer_frames", audio.buffer_frames);
  json.field("channels", audio.channels);
  json.field("rt_policy", audio.rt_policy);
  json.field("rt_priority", audio.rt_priority);
  json.end_object();
}

void add_protection(JsonWriter& json, const FieldProtection& protection) {
  json.begin_object("protect");
  json.field("arm", protection.arm);
  json.field("assigned", protection.assigned);
  json.field("locked_kib", protection.locked_kib);
  json.field("lock_failed_kib", protection.lock_failed_kib);
  json.field("memlock_limit_kib", protection.memlock_limit_kib);
  json.field("text_locked", protection.is_text_locked);
  json.field("stack_locked", protection.is_stack_locked);
  json.end_object();
}

void add_exposure(JsonWriter& json, const FieldExposure& exposure) {
  json.begin_object("exposure");
  json.field("frames_expected", exposure.frames_expected);
  json.field("frames_lost", exposure.frames_lost);
  json.field("callbacks", exposure.callbacks);
  json.field("glitches", exposure.glitches);
  json.field("gap_us_max", exposure.gap_us_max);
  json.field("gap_us_sum", exposure.gap_us_sum);
  json.field("late_callbacks", exposure.late_callbacks);
  json.end_object();
}

void add_cells(JsonWriter& json, const std::vector<ExposureCell>& cells) {
  json.begin_object("cells");
  json.begin_array("axes");
  json.value("cpu10");
  json.value("mem10");
  json.end_array();
  json.begin_array("rows");
  for (const ExposureCell& cell : cells) {
    json.begin_array();
    json.value(cell.cpu_bin);
    json.value(cell.mem_bin);
    json.value(cell.seconds);
    json.value(cell.glitches);
    json.end_array();
  }
  json.end_array();
  json.end_object();
}

void add_faults(JsonWriter& json, const FieldFaults& faults) {
  json.begin_object("faults");
  json.field("rt_major", faults.rt_major);
  json.field("rt_minor", faults.rt_minor);
  json.field("swap_in_pages", faults.swap_in_pages);
  json.field("swap_out_pages", faults.swap_out_pages);
  json.field("psi_mem_some_us", faults.psi_mem_some_us);
  json.end_object();
}

void add_percents(JsonWriter& json, std::string_view name, const std::vector<int>& percents) {
  json.begin_array(name);
  for (const int percent : percents) json.value(percent);
  json.end_array();
}

void add_history(JsonWriter& json, const GlitchHistory& history) {
  json.begin_object("hist");
  json.field("step_ms", 1000);
  json.field("before", history.before);
  add_percents(json, "cpu", history.cpu);
  add_percents(json, "mem", history.mem);
  json.end_object();
}

void add_glitch(JsonWriter& json, const FieldGlitch& glitch, Consent consent) {
  json.begin_object();
  json.field("t_ms", glitch.t_ms);
  json.field("frames", glitch.frames);
  json.field("gap_us", glitch.gap_us);
  json.field("cause", name_of(glitch.cause));
  json.field("confidence", glitch.confidence);
  json.field("stall_us", glitch.stall_us);
  if (consent == Consent::kDetail) {
    json.field("object", glitch.object);
    json.field("section", glitch.section);
    json.field("symbol", glitch.symbol);
  }
  json.field("repaired", glitch.is_repaired);
  if (consent == Consent::kDetail) add_history(json, glitch.history);
  json.end_object();
}

JsonWriter begin_report(const std::string& id, std::string_view kind) {
  JsonWriter json;
  json.begin_object();
  json.field("schema", kSchema);
  json.field("report_id", id);
  json.field("kind", kind);
  return json;
}

}  // namespace

std::string field_report_json(const FieldReport& report) {
  JsonWriter json = begin_report(report.id, "session");
  add_app(json, report.app);
  json.field("install", report.install);
  json.field("consent", name_of(report.consent));
  json.field("sample_weight", report.sample_weight);
  add_session(json, report.session);
  add_system(json, report.system);
  add_audio(json, report.audio);
  add_protection(json, report.protection);
  add_exposure(json, report.exposure);
  add_cells(json, report.cells);
  add_faults(json, report.faults);
  json.begin_array("glitches");
  for (const FieldGlitch& glitch : report.glitches) add_glitch(json, glitch, report.consent);
  json.end_array();
  json.field("glitches_dropped", report.glitches_dropped);
  json.field("lib", report.library);
  return end_line(std::move(json));
}

std::string deletion_json(const DeletionRequest& request) {
  JsonWriter json = begin_report(request.id, "deletion");
  add_app(json, request.app);
  json.field("install", request.install);
  json.field("lib", request.library);
  return end_line(std::move(json));
}

}  // namespace holdfast
