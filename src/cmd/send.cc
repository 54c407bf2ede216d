// SPDX-License-Identifier: MIT
// holdfast send: field reports. Nothing is kept or sent before the user agrees (--consent); what
// would be sent can be read (--show), to the byte; reports wait in a queue until --now.
#include <filesystem>
#include <memory>
#include <random>

#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "core/field_report_builder.h"
#include "report/field_report_json.h"
#include "report/json_writer.h"
#include "report/utc_time.h"
#include "reporter/gzip_text.h"
#include "reporter/http_post.h"
#include "reporter/report_upload.h"
#include "reporter/reporter.h"
#include "session/trace_file.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kSendProgram = "holdfast send";
constexpr const char* kSendSchema = "holdfast.send/1";
constexpr const char* kSendLibrary = "holdfast " HF_VERSION;

struct SendOptions {
  OutputOptions output;
  std::vector<std::string> traces;
  bool is_show = false;
  bool is_now = false;
  bool is_when_due = false;
  bool is_delete = false;
  std::string consent;
  std::string folder;
  std::string url;
  std::string token;
  int64_t clean_weight = -1;
  FieldApp app = {"holdfast", HF_VERSION, HF_VERSION};
};

FieldApp clean_app(const FieldApp& app) {
  return {field_word(app.id), field_word(app.version), field_word(app.build)};
}

const char* word_of(reporter::Submitted submitted) {
  switch (submitted) {
    case reporter::Submitted::kQueued:
      return "queued";
    case reporter::Submitted::kAlreadyQueued:
      return "already queued";
    case reporter::Submitted::kNotSampled:
      return "not sampled";
    case reporter::Submitted::kNoRoom:
      return "no room";
    case reporter::Submitted::kGivenUp:
      return "given up";
  }
  return "";
}

const char* sentence_of(reporter::Submitted submitted) {
  switch (submitted) {
    case reporter::Submitted::kQueued:
      return "waits to be sent; holdfast send --now sends it";
    case reporter::Submitted::kAlreadyQueued:
      return "waits already";
    case reporter::Submitted::kNotSampled:
      return "no glitch, and others like it are sent: counted in their weight";
    case reporter::Submitted::kNoRoom:
      return "given up: the queue is full of reports with glitches";
    case reporter::Submitted::kGivenUp:
      return "given up before: it was refused, too old, without room, or withdrawn";
  }
  return "";
}

/// One run of the command.
class Sending {
 public:
  Sending(const SendOptions& options, reporter::Reporter reporter, Output& output)
      : options_(options),
        app_(clean_app(options.app)),
        reporter_(std::move(reporter)),
        output_(output) {}

  Result<int> run() {
    if (options_.is_show) return show();
    // A withdrawal that was killed half way: before anything new comes into the queue.
    if (!reporter_.settings().pending.empty()) {
      HF_TRY(reporter_.finish_withdrawal(app_, kSendLibrary));
    }
    if (options_.is_delete || options_.consent == name_of(Consent::kOff)) HF_TRY(take_back());
    HF_TRY(change_settings());
    for (const std::string& trace : options_.traces) HF_TRY(submit(trace));
    if (options_.is_now || options_.is_when_due) return send_now();
    const bool has_done = !options_.traces.empty() || options_.is_delete ||
                          !options_.consent.empty() || options_.clean_weight >= 0;
    if (!has_done) HF_TRY(tell_status());
    return kHolds;
  }

 private:
  Result<FieldReport> build(const std::string& trace) {
    HF_TRY_ASSIGN(TraceReader reader, session::open_trace(trace));
    FieldReportBuilder builder(reader.info());
    for (std::span<const Record> records = reader.next(); !records.empty() && !stop_requested();
         records = reader.next()) {
      builder.take(records);
    }
    Result<FieldReport> report = builder.finish();
    if (!report) return std::move(report.error()).in(trace);
    if (builder.is_cut()) {
      output_.advice(std::string(kSendProgram) + ": " + trace +
                     " is longer than a day: the report is about its first day\n");
    }
    if (!reader.progress().statement.empty()) {
      output_.advice(std::string(kSendProgram) + ": " + reader.progress().statement + "\n");
    }
    report->app = app_;
    reporter_.sign(*report, reader.description());
    return report;
  }

  Result<int> show() {
    if (options_.traces.empty()) return usage_error("which trace? holdfast send --show take.hft");
    const auto wanted = parse_consent(options_.consent);
    for (const std::string& trace : options_.traces) {
      HF_TRY_ASSIGN(FieldReport report, build(trace));
      if (wanted) report.consent = std::max(*wanted, Consent::kBasic);
      output_.line(field_report_json(report));
    }
    if (reporter_.settings().consent == Consent::kOff) {
      output_.advice(
          "This is what --consent basic would send, under a random install number in place of the "
          "zeros. Nothing is kept or sent now: reports are off.\n");
    }
    return kHolds;
  }

  Result<> take_back() {
    int64_t count = 0;
    if (reporter_.has_queue() || reporter_.settings().consent != Consent::kOff) {
      HF_TRY_ASSIGN(count, reporter_.withdraw(app_, kSendLibrary));
    }
    if (output_.is_json()) {
      JsonWriter json = begin_line(kSendSchema, "withdrawn");
      json.field("reports_deleted", count);
      output_.line(end_line(std::move(json)));
    } else {
      output_.line("Reports are off; " + std::to_string(count) +
                   " that waited are deleted. If any were sent, the wish to delete them waits: "
                   "holdfast send --now");
    }
    return Done{};
  }

  void apply(ReporterSettings& settings) const {
    const auto consent = parse_consent(options_.consent);
    if (consent && *consent != Consent::kOff) settings.consent = *consent;
    if (!options_.url.empty()) settings.url = options_.url;
    if (!options_.token.empty()) settings.token = options_.token;
    if (options_.clean_weight >= 0) {
      settings.clean_weight = std::min(options_.clean_weight, kMostCleanWeight);
    }
  }

  Result<> change_settings() {
    const Consent before = reporter_.settings().consent;
    const bool is_off = before == Consent::kOff && options_.consent.empty();
    // Whoever only sends elsewhere, or looks, leaves nothing behind.
    const bool is_asked = !options_.consent.empty() || options_.clean_weight >= 0;
    if (!is_asked && (is_off || options_.traces.empty())) return Done{};
    HF_TRY(reporter_.change([&](ReporterSettings& settings) {
      if (is_asked) apply(settings);
    }));
    const Consent after = reporter_.settings().consent;
    if (after < before && after != Consent::kOff) {
      HF_TRY_ASSIGN(reporter::ReportQueue queue, reporter_.queue());
      HF_TRY(queue.withdraw());  // what waited tells more than the user now wants to
    }
    if (!options_.consent.empty() && after != Consent::kOff) tell_consent();
    return Done{};
  }

  void tell_consent() {
    const std::string consent(name_of(reporter_.settings().consent));
    if (output_.is_json()) {
      JsonWriter json = begin_line(kSendSchema, "consent");
      json.field("consent", consent);
      return output_.line(end_line(std::move(json)));
    }
    output_.line("Reports are on: " + consent +
                 ". holdfast send --show take.hft shows what they tell.");
  }

  Result<> submit(const std::string& trace) {
    HF_TRY_ASSIGN(const FieldReport report, build(trace));
    HF_TRY_ASSIGN(const reporter::Submitted submitted, reporter_.submit(report));
    if (output_.is_json()) {
      JsonWriter json = begin_line(kSendSchema, "report");
      json.field("trace", trace);
      json.field("report_id", report.id);
      json.field("glitches", report.exposure.glitches);
      json.field("status", word_of(submitted));
      output_.line(end_line(std::move(json)));
    } else {
      output_.line(trace + ": " + sentence_of(submitted));
    }
    return Done{};
  }

  Result<int> send_now() {
    if (!reporter_.has_queue()) {
      tell({});  // and leave nothing behind
      return kHolds;
    }
    reporter::UploadOptions upload;
    upload.url = options_.url.empty() ? reporter_.settings().url : options_.url;
    upload.token = options_.token.empty() ? reporter_.settings().token : options_.token;
    upload.library = kSendLibrary;
    upload.only_when_due = options_.is_when_due;
    upload.pack = reporter::gzip_text;
    upload.should_stop = stop_requested;
    upload.now_s = reporter::utc_seconds;
    upload.random = std::uniform_real_distribution<double>(0, 1)(random_);
    HF_TRY_ASSIGN(reporter::ReportQueue queue, reporter_.queue());
    HF_TRY_ASSIGN(const reporter::UploadOutcome outcome, reporter::upload(queue, upload));
    tell(outcome);
    if (!outcome.trouble.empty()) return kUnavailable;
    return outcome.refused > 0 ? kGlitches : kHolds;
  }

  void tell(const reporter::UploadOutcome& outcome) {
    if (output_.is_json()) {
      JsonWriter json = begin_line(kSendSchema, "upload");
      json.field("delivered", outcome.delivered);
      json.field("refused", outcome.refused);
      json.field("waiting", outcome.waiting);
      json.text_field("trouble", outcome.trouble);
      json.field("too_early", outcome.is_too_early);
      json.field("elsewhere", outcome.is_elsewhere);
      return output_.line(end_line(std::move(json)));
    }
    if (outcome.is_elsewhere) return output_.line("Another process is sending just now.");
    output_.line(std::to_string(outcome.delivered) + " delivered, " +
                 std::to_string(outcome.refused) + " refused, " + std::to_string(outcome.waiting) +
                 " waiting");
    if (outcome.refused > 0) output_.advice("holdfast send says why the last one was refused\n");
    if (!outcome.trouble.empty()) output_.advice("not sent: " + outcome.trouble + "\n");
    if (outcome.next_try_s > 0) {
      output_.advice("the next try is due at " + utc_text(kSecond * outcome.next_try_s) +
                     "; --now does not wait for that\n");
    }
  }

  /// Looks only: where nothing was ever agreed to, there is no queue, and none is made.
  Result<> tell_status() {
    reporter::QueueStatus status;
    if (reporter_.has_queue()) {
      HF_TRY_ASSIGN(reporter::ReportQueue queue, reporter_.queue());
      HF_TRY_ASSIGN(status, queue.status());
    }
    if (output_.is_json()) return tell_status_as_json(status);
    const ReporterSettings& settings = reporter_.settings();
    output_.line("consent    " + std::string(name_of(settings.consent)));
    output_.line("collector  " + (settings.url.empty() ? "none; --to URL" : settings.url));
    output_.line("waiting    " + std::to_string(status.waiting.size()) + " reports, " +
                 std::to_string(status.bytes) + " bytes");
    std::string lost;
    for (const Loss loss : {Loss::kQuota, Loss::kAge, Loss::kRefused, Loss::kWithdrawn}) {
      lost += (lost.empty() ? "" : ", ") + std::to_string(status.ledger.count(loss)) + " " +
              std::string(name_of(loss));
    }
    output_.line("given up   " + lost);
    if (status.last_refused.empty()) return Done{};
    output_.line("refused    " + status.last_refused.substr(0, status.last_refused.find('\n')));
    return Done{};
  }

  Result<> tell_status_as_json(const reporter::QueueStatus& status) {
    JsonWriter json = begin_line(kSendSchema, "status");
    json.field("consent", name_of(reporter_.settings().consent));
    json.text_field("url", reporter_.settings().url);
    json.field("clean_weight", reporter_.clean_weight());
    json.field("waiting", std::ssize(status.waiting));
    json.field("waiting_bytes", status.bytes);
    json.begin_object("given_up");
    for (const Loss loss : {Loss::kQuota, Loss::kAge, Loss::kRefused, Loss::kWithdrawn}) {
      json.field(name_of(loss), status.ledger.count(loss));
    }
    json.end_object();
    json.text_field("last_refused", status.last_refused.substr(0, status.last_refused.find('\n')));
    output_.line(end_line(std::move(json)));
    return Done{};
  }

  const SendOptions& options_;
  FieldApp app_;
  reporter::Reporter reporter_;
  Output& output_;
  std::mt19937_64 random_{std::random_device()()};
};

Result<reporter::ReporterPlaces> places_at(const std::string& folder) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(folder, error);
  if (error) return system_error("--folder " + folder, error.value());
  return reporter::places_in(absolute.string());
}

Result<int> send(const SendOptions& options, Output& output) {
  if (!options.consent.empty() && !parse_consent(options.consent)) {
    return not_understood("--consent", options.consent, "off, basic or detail");
  }
  if (!options.url.empty()) HF_TRY(reporter::check_address(options.url));
  HF_TRY_ASSIGN(const reporter::ReporterPlaces places,
                options.folder.empty() ? reporter::reporter_places() : places_at(options.folder));
  HF_TRY_ASSIGN(reporter::Reporter reporter, reporter::Reporter::open_now(places));
  return Sending(options, std::move(reporter), output).run();
}

int run_send(const SendOptions& options) {
  Output output(kSendProgram, options.output);
  return output.finish(send(options, output));
}

void add_send_options(CLI::App& command, SendOptions& options) {
  command.add_option("traces", options.traces, "Sessions to report: .hft files");
  command.add_flag("--show", options.is_show, "Print exactly what would be sent; keep nothing");
  command.add_option("--consent", options.consent,
                     "What may be told from now on: off, basic or detail");
  command.add_flag("--now", options.is_now, "Send what waits");
  command.add_flag("--when-due", options.is_when_due,
                   "The same, unless a failure's pause still lasts: for timers");
  command.add_flag("--delete", options.is_delete,
                   "Turn reports off, and ask the collector to delete those that were sent");
  command.add_option("--folder", options.folder,
                     "Settings and queue of a program that keeps its own (libholdfast); default: "
                     "the user's");
  command.add_option("--to", options.url,
                     "Address of the collector; kept when given with --consent");
  command.add_option("--token", options.token, "Token of the app there; kept likewise");
  command
      .add_option("--clean-weight", options.clean_weight,
                  "Send one of so many sessions without a glitch; 0: as the collector says")
      ->check(CLI::Range(0, 1000));
  command.add_option("--app", options.app.id, "Name of the program that is reported")
      ->capture_default_str();
  command.add_option("--app-version", options.app.version, "Its version")->capture_default_str();
  command.add_option("--app-build", options.app.build, "Its build")->capture_default_str();
  add_output_options(command, options.output);
}

}  // namespace

Command add_send(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("send", "Report sessions to those who can fix their glitches");
  auto options = std::make_shared<SendOptions>();
  add_send_options(*command, *options);
  command->footer(
      "Example: holdfast send --show take.hft\n"
      "         holdfast send --consent basic --to https://reports.example.org --token TOKEN\n"
      "         holdfast send take.hft && holdfast send --now\n"
      "Off until you agree. Without arguments: how things stand.\n"
      "Exit codes: 0 done, 1 reports were refused, 2 usage or not a trace, 3 cannot be done now");
  return {command, [options] { return run_send(*options); }};
}

}  // namespace holdfast::cmd
