// SPDX-License-Identifier: MIT
#include "report/finding_text.h"

#include <algorithm>
#include <cctype>

#include "report/json_writer.h"

namespace holdfast {
namespace {

constexpr size_t kColumns = 79;  // some terminals wrap at the 80th
constexpr size_t kStatusColumns = 9;
constexpr size_t kNameColumns = 15;

std::string padded(std::string text, size_t columns) {
  text.append(text.size() < columns ? columns - text.size() : 1, ' ');
  return text;
}

/// Words of `text`, behind `first` on the first line and behind blanks on those that follow.
std::vector<std::string> wrapped(std::string first, std::string_view text, size_t indent) {
  std::vector<std::string> lines;
  std::string line = std::move(first);
  bool is_empty = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) continue;
    if (!is_empty && line.size() + 1 + word.size() > kColumns) {
      lines.push_back(line);
      line.assign(indent, ' ');
      is_empty = true;
    }
    line += (is_empty ? "" : " ") + std::string(word);
    is_empty = false;
  }
  lines.push_back(line);
  return lines;
}

std::string counted(int number, const char* one, const char* many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

std::string counts_text(const FindingCounts& counts) {
  return std::to_string(counts.failed) + " failed, " +
         counted(counts.warned, "warning", "warnings") + ", " + std::to_string(counts.passed) +
         " passed, " + std::to_string(counts.unknown) + " unknown";
}

std::string fix_text(const Finding& finding) {
  return finding.needs_login ? finding.fix + "   (holds after the next login)" : finding.fix;
}

bool is_letter_or_digit(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// Whether `text` begins with the whole word `name`: one that is a part of no longer word.
bool begins_with_name(std::string_view text, std::string_view name) {
  if (name.empty() || text.size() < name.size()) return false;
  if (text.size() > name.size() && is_letter_or_digit(text[name.size()])) return false;
  return std::equal(name.begin(), name.end(), text.begin(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// How long the longest of `names` is with which `text` begins; 0: with none.
size_t name_length(std::string_view text, std::span<const std::string> names) {
  size_t length = 0;
  for (const std::string& name : names) {
    if (begins_with_name(text, name)) length = std::max(length, name.size());
  }
  return length;
}

JsonWriter begin_doctor_event(const char* event) {
  JsonWriter json = begin_line("holdfast.doctor/1", event);
  return json;
}

}  // namespace

std::vector<FindingLine> finding_lines(const Finding& finding) {
  std::vector<FindingLine> lines;
  const bool is_alarming = finding.status == FindingStatus::kFail;
  const std::string head = padded("  " + std::string(name_of(finding.status)), kStatusColumns + 2) +
                           padded(finding.name, kNameColumns);
  for (std::string& line : wrapped(head, finding.evidence, kStatusColumns + 2 + kNameColumns)) {
    lines.push_back({std::move(line), is_alarming});
  }
  const std::string indent(kStatusColumns + 2, ' ');
  const auto add = [&](const char* title, const std::string& text) {
    if (text.empty()) return;
    for (std::string& line : wrapped(indent + title, text, indent.size() + 8)) {
      lines.push_back({std::move(line), false});
    }
  };
  add("Effect: ", finding.effect);
  add("Fix:    ", fix_text(finding));
  return lines;
}

std::string findings_summary(std::span<const Finding> findings) {
  std::string text = counts_text(count_findings(findings)) + "\n";
  std::string first_fix;
  for (const Finding& finding : findings) {
    if (finding.status != FindingStatus::kFail || finding.fix.empty()) continue;
    first_fix = fix_text(finding);
    break;
  }
  if (!first_fix.empty()) {
    for (const std::string& line : wrapped("First: ", first_fix, 7)) text += line + "\n";
  }
  return text;
}

std::string paste_text(std::span<const Finding> findings, std::string_view program,
                       std::string_view machine) {
  std::string text = std::string(program) + " on " + std::string(machine) + "\n";
  for (const Finding& finding : findings) {
    const std::string head = padded(std::string(name_of(finding.status)), kStatusColumns - 1);
    const std::string rest = finding.group + ", " + finding.name + ": " + finding.evidence;
    for (const std::string& line : wrapped(head, rest, kStatusColumns + 1)) text += line + "\n";
  }
  return text + counts_text(count_findings(findings)) + "\n";
}

std::string without_names(std::string_view text, std::span<const std::string> names) {
  std::string clean;
  for (size_t at = 0; at < text.size();) {
    const bool is_inside = at > 0 && is_letter_or_digit(text[at - 1]);
    const size_t length = is_inside ? 0 : name_length(text.substr(at), names);
    clean += length > 0 ? std::string_view("(name)") : text.substr(at, 1);
    at += std::max<size_t>(length, 1);
  }
  return clean;
}

std::string finding_json(const Finding& finding) {
  JsonWriter json = begin_doctor_event("finding");
  json.field("group", finding.group);
  json.field("name", finding.name);
  json.field("status", name_of(finding.status));
  json.field("evidence", finding.evidence);
  json.field("effect", finding.effect);
  json.field("fix", finding.fix);
  json.field("remedy", finding.remedy);
  json.field("needs_login", finding.needs_login);
  return end_line(json);
}

std::string findings_summary_json(std::span<const Finding> findings, std::string_view program,
                                  std::string_view machine) {
  const FindingCounts counts = count_findings(findings);
  JsonWriter json = begin_doctor_event("summary");
  json.field("program", program);
  json.field("machine", machine);
  json.field("passed", counts.passed);
  json.field("warned", counts.warned);
  json.field("failed", counts.failed);
  json.field("unknown", counts.unknown);
  json.begin_array("remedies");
  for (const std::string& name : remedies_of(findings)) json.value(name);
  json.end_array();
  return end_line(json);
}

}  // namespace holdfast
