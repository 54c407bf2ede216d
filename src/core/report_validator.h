// SPDX-License-Identifier: MIT
// Decides whether bytes from anywhere are a field report of schema 1. Nothing passes that is not in
// the schema: an unknown field is refused and named, so that no program can come to send more about
// its users than they agreed to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/received_report.h"

namespace holdfast {

/// The one schema that this version reads.
inline constexpr int64_t kReportSchema = 1;
/// The longest report, in bytes.
inline constexpr size_t kLongestReport = size_t{64} << 10;
/// How deep the JSON of a report may be nested.
inline constexpr size_t kDeepestReport = 16;

/// What came of one piece of text. When it is refused, `report.id` is set as far as it could be
/// read.
struct CheckedReport {
  ReceivedReport report;
  std::string refusal;  ///< "session.end: must be one of ..."; empty: the report is good.

  [[nodiscard]] bool is_good() const { return refusal.empty(); }
};

/// Keeps the parser's memory from one report to the next. One thread at a time.
class ReportValidator {
 public:
  ReportValidator();
  ~ReportValidator();
  ReportValidator(ReportValidator&&) noexcept;
  ReportValidator& operator=(ReportValidator&&) noexcept;

  /// `text` is one JSON object and nothing else. `now_hour`: hours since 1970, UTC.
  CheckedReport check(std::string_view text, int64_t now_hour);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace holdfast
