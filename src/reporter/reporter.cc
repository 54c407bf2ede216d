// SPDX-License-Identifier: MIT
#include "reporter/reporter.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

#include "report/field_report_json.h"

namespace holdfast::reporter {
namespace {

constexpr const char* kSettingsFile = "reports.conf";
constexpr size_t kMostSettingsBytes = 64 << 10;

/// $`variable`, or $HOME/`otherwise`; "" when neither is set. Relative paths do not count (XDG).
std::string base_folder(const char* variable, const char* otherwise) {
  const char* set = std::getenv(variable);
  if (set != nullptr && set[0] == '/') return set;
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return "";
  return std::string(home) + "/" + otherwise;
}

std::string random_hex() {
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) number = std::random_device()();
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
  return digits;
}

}  // namespace

int64_t utc_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

Result<ReporterPlaces> places_in(const std::string& folder) {
  if (!folder.starts_with('/')) return usage_error("'" + folder + "' is not an absolute path");
  return ReporterPlaces{folder, folder + "/reports"};
}

Result<ReporterPlaces> reporter_places() {
  const std::string config = base_folder("XDG_CONFIG_HOME", ".config");
  const std::string state = base_folder("XDG_STATE_HOME", ".local/state");
  if (config.empty() || state.empty()) {
    return unavailable("HOME is not set: there is no place for settings and queue");
  }
  return ReporterPlaces{config + "/holdfast", state + "/holdfast/reports"};
}

Result<Reporter> Reporter::open(const ReporterPlaces& places, int64_t hour,
                                std::function<std::string()> random_hex) {
  Reporter reporter(places, hour, std::move(random_hex));
  HF_TRY(reporter.read());
  return reporter;
}

Result<Reporter> Reporter::open_now(const ReporterPlaces& places) {
  return open(places, utc_seconds() / kSecondsPerHour, random_hex);
}

Result<> Reporter::read() {
  HF_TRY_ASSIGN(const auto text,
                read_file(places_.config_folder + "/" + kSettingsFile, kMostSettingsBytes));
  settings_ = parse_reporter_settings(text.value_or(""));
  const auto pause = read_file(places_.state_folder + "/pause", kMostSettingsBytes);
  if (pause && *pause) pause_ = parse_upload_pause(**pause);
  return Done{};
}

Result<> Reporter::write() const {
  HF_TRY(make_folders(places_.config_folder));
  return write_durably(places_.config_folder, kSettingsFile, to_text(settings_));
}

Result<ReportQueue> Reporter::queue() const {
  return ReportQueue::open(places_.state_folder);
}

bool Reporter::has_queue() const {
  return ::access(places_.state_folder.c_str(), F_OK) == 0;
}

int64_t Reporter::clean_weight() const {
  return settings_.clean_weight > 0 ? settings_.clean_weight : pause_.clean_weight;
}

Result<> Reporter::change(const std::function<void(ReporterSettings&)>& change) {
  HF_TRY_ASSIGN(const ReportQueue place, queue());
  HF_TRY_ASSIGN(const FileLock held, place.lock());
  HF_TRY(read());
  const ReporterSettings before = settings_;
  change(settings_);
  renew_install(settings_, hour_, random_hex_(), random_hex_());
  return settings_ == before ? Result<>(Done{}) : write();
}

Result<int64_t> Reporter::withdraw(const FieldApp& app, const std::string& library) {
  HF_TRY(change([this](ReporterSettings& settings) { holdfast::withdraw(settings, hour_); }));
  return finish_withdrawal(app, library);
}

/// What is pending stays in the settings until its request is in the queue, and a request has the
/// same id each time.
Result<int64_t> Reporter::finish_withdrawal(const FieldApp& app, const std::string& library) {
  HF_TRY_ASSIGN(ReportQueue place, queue());
  HF_TRY_ASSIGN(const int64_t count, place.withdraw());
  for (const PendingDeletion& pending : settings_.pending) {
    ReporterSettings whose = settings_;
    whose.install = pending.install;
    DeletionRequest request;
    request.id = report_id(pending.hour, session_digits(whose, "deletion"));
    request.app = app;
    request.install = pending.install;
    request.library = library;
    const QueuedReport entry = {pending.hour, 0, QueuedKind::kDeletion, request.id, 0};
    HF_TRY(place.add(entry, deletion_json(request)));
  }
  const auto done = settings_.pending;
  HF_TRY(change([&done](ReporterSettings& settings) {
    std::erase_if(settings.pending, [&done](const PendingDeletion& pending) {
      return std::find(done.begin(), done.end(), pending) != done.end();
    });
  }));
  return count;
}

void Reporter::sign(FieldReport& report, const std::string& session) const {
  report.id = report_id(report.session.start_hour, session_digits(settings_, session));
  report.install = settings_.install.empty() ? std::string(16, '0') : settings_.install;
  report.consent = settings_.consent == Consent::kDetail ? Consent::kDetail : Consent::kBasic;
  report.sample_weight = report.exposure.glitches > 0 ? 1 : clean_weight();
}

Result<Submitted> Reporter::submit(const FieldReport& report) {
  if (settings_.consent == Consent::kOff) {
    return usage_error(
        "reports are off, and nothing is kept; look at one with --show, agree with --consent "
        "basic");
  }
  const bool is_clean = report.exposure.glitches == 0;
  if (is_clean && !is_sampled(report.id, report.sample_weight)) {
    return Submitted::kNotSampled;
  }
  HF_TRY_ASSIGN(ReportQueue place, queue());
  const QueuedReport entry = {hour_, 0, is_clean ? QueuedKind::kClean : QueuedKind::kGlitched,
                              report.id, 0};
  HF_TRY_ASSIGN(const Enqueued enqueued, place.add(entry, field_report_json(report)));
  // Consent may have been taken back meanwhile, by another process.
  HF_TRY(read());
  if (settings_.consent < report.consent) {
    HF_TRY(place.withdraw());
    return Submitted::kGivenUp;
  }
  switch (enqueued) {
    case Enqueued::kWaits:
      return Submitted::kQueued;
    case Enqueued::kWasThere:
      return Submitted::kAlreadyQueued;
    case Enqueued::kNoRoom:
      return Submitted::kNoRoom;
    case Enqueued::kGivenUp:
      return Submitted::kGivenUp;
  }
  return Submitted::kNoRoom;
}

}  // namespace holdfast::reporter
