// SPDX-License-Identifier: MIT
// A program's way to its user's settings and queue, which `holdfast send` has as well.
#pragma once

#include <holdfast/holdfast.h>

#include <string>

#include "base/result.h"
#include "core/field_report.h"
#include "reporter/report_upload.h"
#include "reporter/reporter.h"

namespace holdfast::lib {

/// Reads and writes at each call: other processes may have changed everything meanwhile. Any thread
/// that may wait for the disk.
class ReportOutbox {
 public:
  /// Takes over the texts. Errors: kUsage without id or version, kUnavailable without HOME.
  static Result<ReportOutbox> open(const hf_report_program* given);

  [[nodiscard]] Result<Consent> consent() const;
  /// Under which the user has agreed; "" while he has not. Another one tells that he withdrew
  /// meanwhile, or that the old one had been in use for 90 days.
  [[nodiscard]] Result<std::string> install() const;
  /// Errors: kUsage for a consent, weight or address that is none.
  [[nodiscard]] Result<> agree(const hf_report_settings& settings) const;
  /// Completes `report`, and gives what would be sent. `session`: a text that no other session has.
  Result<std::string> text(FieldReport& report, const std::string& session) const;
  /// The same, queued: HF_REPORT_....
  Result<int> queue(FieldReport& report, const std::string& session) const;
  [[nodiscard]] Result<reporter::UploadOutcome> send(const hf_report_delivery& delivery) const;

 private:
  ReportOutbox(FieldApp app, reporter::ReporterPlaces places)
      : app_(std::move(app)), places_(std::move(places)) {}
  [[nodiscard]] Result<reporter::Reporter> reporter() const;
  Result<reporter::Reporter> sign(FieldReport& report, const std::string& session) const;

  FieldApp app_;
  reporter::ReporterPlaces places_;
};

}  // namespace holdfast::lib
