// SPDX-License-Identifier: MIT
#include "lib/report_outbox.h"

#include <random>

#include "lib/border.h"
#include "report/field_report_json.h"
#include "reporter/http_post.h"
#include "version.h"

namespace holdfast::lib {
namespace {

constexpr const char* kLibrary = "libholdfast " HF_VERSION;

int code_of(reporter::Submitted submitted) {
  switch (submitted) {
    case reporter::Submitted::kQueued:
      return HF_REPORT_QUEUED;
    case reporter::Submitted::kAlreadyQueued:
      return HF_REPORT_ALREADY_QUEUED;
    case reporter::Submitted::kNotSampled:
      return HF_REPORT_NOT_SAMPLED;
    case reporter::Submitted::kNoRoom:
      return HF_REPORT_NO_ROOM;
    case reporter::Submitted::kGivenUp:
      return HF_REPORT_GIVEN_UP;
  }
  return HF_REPORT_GIVEN_UP;
}

Result<Consent> consent_from(int number) {
  if (number < HF_CONSENT_OFF || number > HF_CONSENT_DETAIL) {
    return usage("`consent` is not known");
  }
  return static_cast<Consent>(number);
}

}  // namespace

static_assert(static_cast<int>(Consent::kOff) == HF_CONSENT_OFF &&
              static_cast<int>(Consent::kBasic) == HF_CONSENT_BASIC &&
              static_cast<int>(Consent::kDetail) == HF_CONSENT_DETAIL);

Result<ReportOutbox> ReportOutbox::open(const hf_report_program* given) {
  HF_TRY_ASSIGN(const hf_report_program program, read_struct(given));
  if (program.id == nullptr || *program.id == 0) return usage("`id` of the program is missing");
  if (program.version == nullptr || *program.version == 0) {
    return usage("`version` of the program is missing");
  }
  const char* build = program.build != nullptr ? program.build : program.version;
  FieldApp app = {field_word(program.id), field_word(program.version), field_word(build)};
  HF_TRY_ASSIGN(reporter::ReporterPlaces places, program.folder == nullptr
                                                     ? reporter::reporter_places()
                                                     : reporter::places_in(program.folder));
  return ReportOutbox(std::move(app), std::move(places));
}

/// A withdrawal that was killed half way is ended first: before anything new comes into the queue.
Result<reporter::Reporter> ReportOutbox::reporter() const {
  HF_TRY_ASSIGN(reporter::Reporter reporter, reporter::Reporter::open_now(places_));
  if (!reporter.settings().pending.empty()) HF_TRY(reporter.finish_withdrawal(app_, kLibrary));
  return reporter;
}

Result<Consent> ReportOutbox::consent() const {
  HF_TRY_ASSIGN(const reporter::Reporter reporter, reporter::Reporter::open_now(places_));
  return reporter.settings().consent;
}

Result<std::string> ReportOutbox::install() const {
  HF_TRY_ASSIGN(const reporter::Reporter reporter, reporter::Reporter::open_now(places_));
  return reporter.settings().install;
}

Result<> ReportOutbox::agree(const hf_report_settings& settings) const {
  HF_TRY_ASSIGN(const Consent consent, consent_from(settings.consent));
  if (settings.clean_weight > kMostCleanWeight) return usage("`clean_weight` is more than 1000");
  if (settings.url != nullptr) HF_TRY(reporter::check_address(settings.url));
  HF_TRY_ASSIGN(reporter::Reporter reporter, this->reporter());
  const Consent before = reporter.settings().consent;
  if (consent == Consent::kOff) {
    // Where nothing was ever agreed to, nothing is left behind.
    if (before == Consent::kOff && !reporter.has_queue()) return Done{};
    HF_TRY(reporter.withdraw(app_, kLibrary));
    return Done{};
  }
  HF_TRY(reporter.change([&](ReporterSettings& kept) {
    kept.consent = consent;
    kept.clean_weight = settings.clean_weight;
    if (settings.url != nullptr) kept.url = settings.url;
    if (settings.token != nullptr) kept.token = settings.token;
  }));
  if (consent >= before) return Done{};
  HF_TRY_ASSIGN(reporter::ReportQueue queue, reporter.queue());
  HF_TRY(queue.withdraw());  // what waited tells more than the user now wants to
  return Done{};
}

Result<reporter::Reporter> ReportOutbox::sign(FieldReport& report,
                                              const std::string& session) const {
  HF_TRY_ASSIGN(reporter::Reporter reporter, this->reporter());
  if (reporter.settings().consent != Consent::kOff) {
    HF_TRY(reporter.change([](ReporterSettings&) {}));  // an install that is too old is renewed
  }
  report.app = app_;
  report.library = kLibrary;
  reporter.sign(report, session);
  return reporter;
}

Result<std::string> ReportOutbox::text(FieldReport& report, const std::string& session) const {
  HF_TRY(sign(report, session));
  return field_report_json(report);
}

Result<int> ReportOutbox::queue(FieldReport& report, const std::string& session) const {
  HF_TRY_ASSIGN(const Consent before, consent());
  if (before == Consent::kOff) return HF_REPORT_OFF;
  HF_TRY_ASSIGN(reporter::Reporter reporter, sign(report, session));
  if (reporter.settings().consent == Consent::kOff) return HF_REPORT_OFF;
  HF_TRY_ASSIGN(const reporter::Submitted submitted, reporter.submit(report));
  return code_of(submitted);
}

Result<reporter::UploadOutcome> ReportOutbox::send(const hf_report_delivery& delivery) const {
  HF_TRY_ASSIGN(const reporter::Reporter reporter, this->reporter());
  if (!reporter.has_queue()) return reporter::UploadOutcome{};  // and none is made
  reporter::UploadOptions options;
  options.url = reporter.settings().url;
  options.token = reporter.settings().token;
  options.library = kLibrary;
  options.only_when_due = delivery.is_urgent == 0;
  if (delivery.should_stop != nullptr) {
    options.should_stop = [&delivery] { return delivery.should_stop(delivery.context) != 0; };
  }
  options.now_s = reporter::utc_seconds;
  std::random_device chance;
  options.random = std::uniform_real_distribution<double>(0, 1)(chance);
  HF_TRY_ASSIGN(reporter::ReportQueue queue, reporter.queue());
  return reporter::upload(queue, options);
}

}  // namespace holdfast::lib
