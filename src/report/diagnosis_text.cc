// SPDX-License-Identifier: MIT
#include "report/diagnosis_text.h"

#include <algorithm>
#include <string_view>

#include "core/byte_size.h"
#include "report/json_writer.h"
#include "report/utc_time.h"

namespace holdfast {
namespace {

constexpr size_t kSizeWidth = 10;

std::string member_line(const DiagnosisMember& member, size_t name_width) {
  const std::string size = format_byte_size(std::ssize(member.content));
  std::string line(size.size() < kSizeWidth ? kSizeWidth - size.size() : 0, ' ');
  line += size + "  " + member.name;
  line.append(name_width - member.name.size() + 2, ' ');
  return line + member.what + "\n";
}

std::string gap_line(const DiagnosisGap& gap) {
  std::string line = "   missing  " + gap.what + ": " + gap.why;
  if (!gap.how_to_get_it.empty()) line += " -- " + gap.how_to_get_it;
  return line + "\n";
}

std::string member_json(const DiagnosisMember& member) {
  JsonWriter json;
  json.begin_object();
  json.field("name", member.name);
  json.field("size_bytes", std::ssize(member.content));
  json.field("sha256", member.sha256);
  json.field("what", member.what);
  return end_line(std::move(json));
}

std::string gap_json(const DiagnosisGap& gap) {
  JsonWriter json;
  json.begin_object();
  json.field("what", gap.what);
  json.field("why", gap.why);
  json.text_field("how_to_get_it", gap.how_to_get_it);
  return end_line(std::move(json));
}

}  // namespace

std::string manifest_json(const Diagnosis& diagnosis) {
  JsonWriter json = begin_line("holdfast.diagnosis/1");
  json.field("program", diagnosis.program);
  json.field("utc", utc_iso_text(diagnosis.utc));
  json.field("full", diagnosis.is_full);
  json.field("folder", diagnosis.folder);
  json.begin_array("members");
  for (const DiagnosisMember& member : diagnosis.members) json.json_value(member_json(member));
  json.end_array();
  json.begin_array("missing");
  for (const DiagnosisGap& gap : diagnosis.gaps) json.json_value(gap_json(gap));
  json.end_array();
  return end_line(std::move(json)) + "\n";
}

std::string diagnosis_text(const Diagnosis& diagnosis) {
  size_t width = std::string_view(kManifestName).size();
  for (const DiagnosisMember& member : diagnosis.members) {
    width = std::max(width, member.name.size());
  }
  std::string text;
  for (const DiagnosisMember& member : diagnosis.members) text += member_line(member, width);
  for (const DiagnosisGap& gap : diagnosis.gaps) text += gap_line(gap);
  text +=
      diagnosis.is_full
          ? "With names of this host and of people, paths, and what every process was started "
            "with (--full).\n"
          : "Without names of this host and its user, folders of homes, serial numbers, and what "
            "processes were started with; --full keeps all that.\n";
  return text;
}

}  // namespace holdfast
