// SPDX-License-Identifier: MIT
#include "fleet/report_intake.h"

#include <algorithm>
#include <utility>

#include "core/report_forms.h"
#include "report/json_writer.h"

namespace holdfast::fleet {
namespace {

std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

void take_report(std::string_view text, const AccessToken& token, CheckedReport checked,
                 Intake& intake) {
  const bool has_id = checked.report.id != ReportId{};
  intake.answers.push_back({has_id ? report_id_text(checked.report.id) : "", "refused", ""});
  std::string& why = intake.answers.back().why;
  if (!checked.is_good()) {
    why = std::move(checked.refusal);
  } else if (checked.report.app != token.app) {
    why = "app.id: the token is for " + token.app;
  } else {
    intake.good_places.push_back(intake.answers.size() - 1);
    intake.good.push_back({std::move(checked.report), std::string(text), token.number});
  }
}

}  // namespace

Intake take_in(std::string_view body, bool is_single, const AccessToken& token,
               ReportValidator& validator, int64_t now_hour) {
  Intake intake;
  while (!body.empty()) {
    const std::string_view text = is_single ? std::exchange(body, {}) : take_line(body);
    if (text.empty()) continue;
    if (intake.answers.size() == kMostReportsPerRequest) {
      intake.answers.push_back({"", "refused", "more than 1000 reports in one request"});
      break;
    }
    take_report(text, token, validator.check(text, now_hour), intake);
  }
  return intake;
}

void complete(Intake& intake, std::span<const AppendOutcome> outcomes) {
  for (size_t i = 0; i < outcomes.size(); i++) {
    ReportAnswer& answer = intake.answers[intake.good_places[i]];
    switch (outcomes[i]) {
      case AppendOutcome::kStored:
        answer.status = "stored";
        break;
      case AppendOutcome::kDuplicate:
        answer.status = "duplicate";
        break;
      case AppendOutcome::kConflict:
        answer.why = "report_id: another report has it";
        break;
      case AppendOutcome::kTooMany:
        answer.why = "install: too many reports today";
        break;
    }
  }
}

std::string answer_lines(const std::vector<ReportAnswer>& answers) {
  std::string lines;
  for (const ReportAnswer& answer : answers) {
    JsonWriter json;
    json.begin_object();
    json.text_field("id", answer.id);
    json.field("status", answer.status);
    if (!answer.why.empty()) json.field("why", answer.why);
    json.end_object();
    lines += json.text() + "\n";
  }
  return lines;
}

}  // namespace holdfast::fleet
