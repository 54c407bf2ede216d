// SPDX-License-Identifier: MIT
#include "core/report_validator.h"

#include <simdjson.h>

#include <array>
#include <initializer_list>

#include "core/report_forms.h"
#include "core/report_sums.h"

namespace holdfast {
namespace {

using Element = simdjson::dom::element;
using Words = std::initializer_list<std::string_view>;

constexpr int64_t kLargestCount = int64_t{1} << 53;  // what every JSON reader keeps exactly
constexpr int64_t kLongestSessionMs = 86'400'000;
constexpr size_t kMostFields = 24;
constexpr size_t kMostListed = 32;
constexpr size_t kMostCells = 100;
constexpr size_t kLongestHistory = 120;

/// The members of one object, each to be taken once. The first thing that is wrong with any of a
/// report's objects goes to `wrong`; after it nothing matters.
class Fields {
 public:
  Fields(Element element, std::string path, std::string& wrong)
      : path_(std::move(path)), wrong_(wrong) {
    simdjson::dom::object object;
    if (element.get(object) != simdjson::SUCCESS) {
      refuse("", "must be an object");
      return;
    }
    for (const auto field : object) {
      if (count_ == kMostFields) {
        refuse(field.key, "is one field too many");
        return;
      }
      fields_[count_++] = {field.key, field.value, false};
    }
  }

  [[nodiscard]] bool is_good() const { return wrong_.empty(); }

  void refuse(std::string_view name, std::string_view why) {
    if (!wrong_.empty()) return;
    wrong_ = path_;
    if (!path_.empty() && !name.empty()) wrong_ += '.';
    wrong_.append(name.substr(0, 64)).append(wrong_.empty() ? "" : ": ").append(why);
  }

  /// The member `name`. Null when it is absent, which is wrong unless it `may_be_absent`.
  const Element* take(std::string_view name, bool may_be_absent = false) {
    for (size_t tries = 0; tries < count_; tries++) {
      Field& field = fields_[next_];  // members mostly come in the order of the schema
      next_ = next_ + 1 < count_ ? next_ + 1 : 0;
      if (field.is_taken || field.name != name) continue;
      field.is_taken = true;
      return &field.value;
    }
    if (!may_be_absent) refuse(name, "is missing");
    return nullptr;
  }

  void integer(std::string_view name, int64_t low, int64_t high, int64_t& target) {
    const Element* element = take(name);
    if (element == nullptr) return;
    if (element->get(target) != simdjson::SUCCESS || target < low || target > high) {
      target = 0;
      refuse(name,
             "must be an integer from " + std::to_string(low) + " to " + std::to_string(high));
    }
  }
  void integer(std::string_view name, int64_t low, int64_t high) {
    int64_t unused = 0;
    integer(name, low, high, unused);
  }
  void count(std::string_view name, int64_t& target) { integer(name, 0, kLargestCount, target); }
  void count(std::string_view name) { integer(name, 0, kLargestCount); }

  void boolean(std::string_view name) {
    const Element* element = take(name);
    if (element != nullptr && !element->is_bool()) refuse(name, "must be true or false");
  }

  /// UTF-8 of at most `longest` bytes, without control characters; may be empty.
  std::string_view text(std::string_view name, size_t longest, bool may_be_absent = false) {
    const Element* element = take(name, may_be_absent);
    std::string_view found;
    if (element == nullptr) return found;
    if (element->get(found) != simdjson::SUCCESS) {
      refuse(name, "must be a text");
    } else if (found.size() > longest) {
      refuse(name, "is longer than " + std::to_string(longest) + " bytes");
    } else if (!is_printable_text(found) || !simdjson::validate_utf8(found)) {
      // Escapes can spell what plain UTF-8 cannot: a lone surrogate.
      refuse(name, "has characters that are no text");
    } else {
      return found;
    }
    return {};
  }
  std::string name_text(std::string_view name) {
    const std::string_view found = text(name, 64);
    if (is_good() && !is_plain_name(found)) {
      refuse(name, "must be 1 to 64 of a-z, 0-9, dot, underscore, minus");
    }
    return std::string(found);
  }
  std::string word(std::string_view name, Words words) {
    const std::string_view found = text(name, 64);
    for (const std::string_view each : words) {
      if (each == found) return std::string(found);
    }
    std::string list = "must be one of";
    for (const std::string_view each : words) list.append(" ").append(each);
    refuse(name, list);
    return "";
  }

  /// The members of the object `name`.
  Fields object(std::string_view name) {
    const Element* element = take(name);
    if (element == nullptr) return Fields(child(name), wrong_);
    return {*element, child(name), wrong_};
  }

  /// Calls `each` for the elements of the array `name`, of which there are `most` or fewer.
  template <class Each>
  void array(std::string_view name, size_t most, bool may_be_absent, Each each) {
    const Element* element = take(name, may_be_absent);
    if (element == nullptr) return;
    simdjson::dom::array elements;
    if (element->get(elements) != simdjson::SUCCESS) return refuse(name, "must be an array");
    size_t count = 0;
    for (const Element value : elements) {
      if (++count > most) return refuse(name, "has more than " + std::to_string(most) + " entries");
      each(value);
      if (!is_good()) return;
    }
  }

  /// To be called last: refuses what was not taken, and so what is there twice.
  void finish() {
    for (size_t i = 0; i < count_ && is_good(); i++) {
      if (!fields_[i].is_taken) refuse(fields_[i].name, "is not in schema 1, or is there twice");
    }
  }

  [[nodiscard]] std::string child(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }
  [[nodiscard]] std::string& wrong() { return wrong_; }

 private:
  Fields(std::string path, std::string& wrong) : path_(std::move(path)), wrong_(wrong) {}

  struct Field {
    std::string_view name;
    Element value;
    bool is_taken = false;
  };
  std::string path_;
  std::string& wrong_;
  std::array<Field, kMostFields> fields_{};
  size_t count_ = 0;
  size_t next_ = 0;
};

void read_app(Fields app, ReceivedReport& report) {
  report.app = app.name_text("id");
  report.version = app.name_text("version");
  report.build = app.name_text("build");
  app.finish();
}

void read_session(Fields session, ReceivedReport& report) {
  session.word("direction", {"capture", "playback", "duplex"});
  const auto hour = parse_report_hour(session.text("start_hour", 32));
  if (!hour) session.refuse("start_hour", "must be like 2024-02-13T16Z");
  report.start_hour = hour.value_or(0);
  session.integer("duration_ms", 0, kLongestSessionMs, report.duration_ms);
  session.integer("suspended_ms", 0, kLongestSessionMs, report.suspended_ms);
  session.word("end", {"clean", "crash", "device_lost"});
  session.finish();
}

void read_system(Fields system, ReceivedReport& report) {
  report.os = system.name_text("os");
  system.text("os_version", 64);
  system.name_text("arch");
  system.integer("cpus", 1, 65536);
  system.count("ram_mib");
  system.count("swap_mib");
  system.word("power", {"ac", "battery", "unknown"});
  system.finish();
}

void read_audio(Fields audio, ReceivedReport& report) {
  report.backend = audio.name_text("backend");
  audio.name_text("device_class");
  audio.integer("rate_hz", 1, 10'000'000);
  audio.integer("buffer_frames", 1, 10'000'000);
  audio.integer("channels", 1, 4096);
  audio.name_text("rt_policy");
  audio.integer("rt_priority", 0, 255);
  audio.finish();
}

void read_protect(Fields protect, ReceivedReport& report) {
  report.arm = protect.word("arm", {"none", "parts", "all"});
  protect.word("assigned", {"session", "install", "user"});
  protect.count("locked_kib");
  protect.count("lock_failed_kib");
  protect.integer("memlock_limit_kib", -1, kLargestCount);  // -1: no limit
  protect.boolean("text_locked");
  protect.boolean("stack_locked");
  protect.finish();
}

void read_exposure(Fields exposure, ReceivedReport& report) {
  exposure.count("frames_expected", report.frames_expected);
  exposure.count("frames_lost", report.frames_lost);
  exposure.count("callbacks");
  exposure.integer("glitches", 0, 1'000'000, report.glitches);
  exposure.integer("gap_us_max", 0, kLongestSessionMs * 1000, report.gap_us_max);
  exposure.count("gap_us_sum", report.gap_us_sum);
  exposure.count("late_callbacks");
  exposure.finish();
}

void read_cell(Element row, Fields& cells, ReceivedReport& report) {
  simdjson::dom::array numbers;
  constexpr std::array<int64_t, 4> kHighest = {9, 9, 86'400, 1'000'000};
  std::array<int64_t, 4> found{};
  size_t count = 0;
  bool is_row = row.get(numbers) == simdjson::SUCCESS && numbers.size() == found.size();
  for (auto number = numbers.begin(); is_row && number != numbers.end(); ++number, ++count) {
    is_row = (*number).get(found[count]) == simdjson::SUCCESS && found[count] >= 0 &&
             found[count] <= kHighest[count];
  }
  if (!is_row) return cells.refuse("rows", "must be [0..9, 0..9, seconds, glitches]");
  report.cells.push_back(
      {static_cast<uint8_t>(found[0]), static_cast<uint8_t>(found[1]), found[2], found[3]});
}

void read_cells(Fields cells, ReceivedReport& report) {
  std::string axes;
  cells.array("axes", 2, false, [&](Element axis) {
    std::string_view name;
    if (axis.get(name) == simdjson::SUCCESS) axes.append(name).append(" ");
  });
  if (axes != "cpu10 mem10 ") cells.refuse("axes", "must be cpu10, mem10");
  cells.array("rows", kMostCells, false, [&](Element row) { read_cell(row, cells, report); });
  cells.finish();
}

void read_faults(Fields faults) {
  for (const std::string_view name :
       {"rt_major", "rt_minor", "swap_in_pages", "swap_out_pages", "psi_mem_some_us"}) {
    faults.count(name);
  }
  faults.finish();
}

void read_percents(Fields& history, std::string_view name, std::vector<double>& target) {
  history.array(name, kLongestHistory, false, [&](Element value) {
    double percent = 0;
    if (value.get(percent) != simdjson::SUCCESS || percent < 0 || percent > 100) {
      return history.refuse(name, "must be numbers from 0 to 100");
    }
    target.push_back(percent);
  });
}

void read_history(Fields history, ReportedGlitch& glitch) {
  history.integer("step_ms", 100, 60'000, glitch.step_ms);
  history.integer("before", 0, static_cast<int64_t>(kLongestHistory), glitch.before);
  read_percents(history, "cpu", glitch.cpu_percent);
  read_percents(history, "mem", glitch.memory_percent);
  if (glitch.cpu_percent.size() != glitch.memory_percent.size()) {
    history.refuse("mem", "must be as long as cpu");
  }
  if (glitch.before > static_cast<int64_t>(glitch.cpu_percent.size())) {
    history.refuse("before", "is beyond the history");
  }
  history.finish();
}

/// What only consent to details allows: whose code or data, and how busy the machine was when.
void read_details(Fields& fields, bool has_details, ReportedGlitch& glitch) {
  if (!has_details) {
    for (const std::string_view name : {"object", "section", "symbol", "hist"}) {
      if (fields.take(name, true) != nullptr) fields.refuse(name, "needs consent to details");
    }
    return;
  }
  glitch.object = fields.text("object", 120);
  glitch.section = fields.text("section", 32);
  glitch.symbol = fields.text("symbol", 120);
  if (glitch.object.find('/') != std::string::npos) fields.refuse("object", "must have no folder");
  read_history(fields.object("hist"), glitch);
}

void read_glitch(Element element, const std::string& path, std::string& wrong,
                 ReceivedReport& report) {
  Fields fields(element, path, wrong);
  ReportedGlitch glitch;
  fields.integer("t_ms", 0, kLongestSessionMs, glitch.at_ms);
  fields.count("frames", glitch.frames);
  fields.integer("gap_us", 0, kLongestSessionMs * 1000, glitch.gap_us);
  glitch.cause =
      fields.word("cause", {"major_fault", "minor_fault", "sched", "device", "app", "unknown"});
  if (const Element* confidence = fields.take("confidence"); confidence != nullptr) {
    const bool is_number = confidence->get(glitch.confidence) == simdjson::SUCCESS;
    const bool is_share = glitch.confidence >= 0 && glitch.confidence <= 1;
    if (!is_number || !is_share) fields.refuse("confidence", "must be a number from 0 to 1");
  }
  fields.count("stall_us", glitch.stall_us);
  read_details(fields, report.has_details, glitch);
  fields.boolean("repaired");
  fields.finish();
  report.listed.push_back(std::move(glitch));
}

void read_body(Fields& root, ReceivedReport& report) {
  report.has_details = root.word("consent", {"basic", "detail"}) == "detail";
  root.integer("sample_weight", 1, 1000, report.weight);
  read_session(root.object("session"), report);
  read_system(root.object("system"), report);
  read_audio(root.object("audio"), report);
  read_protect(root.object("protect"), report);
  read_exposure(root.object("exposure"), report);
  read_cells(root.object("cells"), report);
  read_faults(root.object("faults"));
  root.array("glitches", kMostListed, false, [&](Element glitch) {
    read_glitch(glitch, root.child("glitches"), root.wrong(), report);
  });
  root.integer("glitches_dropped", 0, 1'000'000, report.glitches_dropped);
}

void read_head(Fields& root, ReceivedReport& report) {
  // The id first: whoever sent it wants to know which report was refused.
  const auto id = parse_report_id(root.text("report_id", 64));
  if (!id) root.refuse("report_id", "must be a UUID of version 7 whose time is a whole hour");
  report.id = id.value_or(ReportId{});
  int64_t schema = 0;
  const Element* element = root.take("schema");
  if (element != nullptr && element->get(schema) != simdjson::SUCCESS) {
    root.refuse("schema", "must be an integer");
  } else if (element != nullptr && schema != kReportSchema) {
    root.refuse("schema", "is " + std::to_string(schema) + "; this collector reads 1");
  }
  report.kind = root.word("kind", {"session", "deletion"}) == "deletion" ? ReportKind::kDeletion
                                                                         : ReportKind::kSession;
  read_app(root.object("app"), report);
  const auto install = parse_install(root.text("install", 64));
  if (!install) root.refuse("install", "must be 16 hexadecimal digits");
  report.install = install.value_or(0);
}

}  // namespace

struct ReportValidator::Parser {
  simdjson::dom::parser json{kLongestReport};
  bool is_ready = json.allocate(kLongestReport, kDeepestReport) == simdjson::SUCCESS;
};

ReportValidator::ReportValidator() : parser_(std::make_unique<Parser>()) {}
ReportValidator::~ReportValidator() = default;
ReportValidator::ReportValidator(ReportValidator&&) noexcept = default;
ReportValidator& ReportValidator::operator=(ReportValidator&&) noexcept = default;

CheckedReport ReportValidator::check(std::string_view text, int64_t now_hour) {
  CheckedReport checked;
  if (text.size() > kLongestReport) {
    checked.refusal = "is longer than " + std::to_string(kLongestReport) + " bytes";
    return checked;
  }
  Element element;
  const auto failure = parser_->json.parse(text.data(), text.size(), true).get(element);
  if (failure != simdjson::SUCCESS) {
    checked.refusal = std::string("is no JSON: ") + simdjson::error_message(failure);
    return checked;
  }
  Fields root(element, "", checked.refusal);
  read_head(root, checked.report);
  if (checked.report.kind == ReportKind::kSession) read_body(root, checked.report);
  root.text("lib", 64);
  root.finish();
  if (checked.is_good()) checked.refusal = find_contradiction(checked.report, now_hour);
  return checked;
}

}  // namespace holdfast
