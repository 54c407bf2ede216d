// SPDX-License-Identifier: MIT
// From the body of a request to reports that may be stored, and back to an answer for each of them.
// One bad report does not refuse the others that came with it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/report_validator.h"
#include "fleet/access_tokens.h"
#include "fleet/store.h"

namespace holdfast::fleet {

/// Reports per request; more have to be sent in several.
inline constexpr size_t kMostReportsPerRequest = 1000;

/// What one report is told.
struct ReportAnswer {
  std::string id;      ///< "" where none could be read.
  std::string status;  ///< "stored", "duplicate" or "refused".
  std::string why;     ///< Only when refused.
};

/// The reports of one request, in the order in which they came.
struct Intake {
  std::vector<IncomingReport> good;
  std::vector<size_t> good_places;    ///< For each of `good`, its place among the answers.
  std::vector<ReportAnswer> answers;  ///< Those of refused reports are complete.
};

/// Reads one report per line, or one over all lines when it `is_single`. `token`: under which they
/// came; reports of other apps are refused.
Intake take_in(std::string_view body, bool is_single, const AccessToken& token,
               ReportValidator& validator, int64_t now_hour);

/// Fills in what the store has said of the good ones.
void complete(Intake& intake, std::span<const AppendOutcome> outcomes);

/// {"id":"...","status":"refused","why":"..."}, one line for each.
std::string answer_lines(const std::vector<ReportAnswer>& answers);

}  // namespace holdfast::fleet
