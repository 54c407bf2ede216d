// SPDX-License-Identifier: MIT
// A fleet whose truth is known, as the field reports that it would send: for demonstrations, tests
// of collectors, and sizing. Reports go to standard output, one per line, or over HTTP; with
// --rollups the sums that a collector would keep come out instead. The truth goes to stderr.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>

#include "bench/simulated_fleet.h"
#include "core/upload_reply.h"
#include "report/field_report_json.h"
#include "report/json_writer.h"
#include "reporter/http_post.h"

namespace holdfast::bench {
namespace {

constexpr int64_t kRate = 48000;
constexpr int64_t kBlock = 128;

struct SimOptions {
  FleetTruth truth;
  std::string app = "simulated";
  uint64_t seed = 1;
  int64_t days = 30;
  int64_t now_hour = 0;
  bool is_rollups = false;
  std::string url;
  std::string token;
  int64_t batch = 100;
};

/// Where pages are missing, and how often.
struct Place {
  FieldCause cause;
  const char* object;
  const char* section;
  const char* symbol;
  double weight;
};
constexpr Place kPlaces[] = {
    {FieldCause::kMajorFault, "libasound.so.2", "text", "snd_pcm_mmap_commit", 4},
    {FieldCause::kMajorFault, "simulated", "text", "Mixer::render", 3},
    {FieldCause::kMajorFault, "libc.so.6", "text", "memcpy", 1},
    {FieldCause::kMajorFault, "simulated", "stack", "", 1},
    {FieldCause::kScheduling, "", "", "", 3},
    {FieldCause::kDevice, "", "", "", 1},
    {FieldCause::kUnknown, "", "", "", 1},
};

/// One install and what all of its reports have in common.
struct Install {
  std::string id;
  double frailty = 1;
  FieldSystem system;
  FieldAudio audio;
};

class Simulation {
 public:
  explicit Simulation(const SimOptions& options)
      : options_(options), rate_(options.truth), random_(options.seed) {}

  Install install() {
    Install install;
    install.id = hex(random_());
    install.frailty =
        std::isinf(options_.truth.frailty_shape)
            ? 1
            : std::gamma_distribution<double>(options_.truth.frailty_shape,
                                              1 / options_.truth.frailty_shape)(random_);
    install.system = {"linux", "6.1.0-28", "x86_64", 4 << random_() % 3, 8192 << random_() % 3,
                      8192,    "ac"};
    install.audio = {random_() % 3 == 0 ? "jack" : "pipewire", "usb", kRate, kBlock, 2, "fifo", 70};
    return install;
  }

  /// One session; nothing when it is clean and others stand for it.
  std::optional<FieldReport> session(const Install& install) {
    const FleetTruth& truth = options_.truth;
    FieldReport report = empty_report(install);
    const bool is_locked = random_() % 2 == 0;
    report.protection = {is_locked ? "parts" : "none",
                         "session",
                         is_locked ? 4312 : 0,
                         0,
                         8192,
                         is_locked,
                         is_locked};
    run(report, install.frailty * (is_locked ? truth.locked_ratio : 1));
    if (report.exposure.glitches > 0 || truth.clean_weight <= 1) return report;
    if (random_() % static_cast<uint64_t>(truth.clean_weight) != 0) return std::nullopt;
    report.sample_weight = truth.clean_weight;
    return report;
  }

  [[nodiscard]] const GlitchRate& rate() const { return rate_; }
  std::mt19937_64& random() { return random_; }

 private:
  static std::string hex(uint64_t number) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
    return digits;
  }

  FieldReport empty_report(const Install& install) {
    FieldReport report;
    const auto hours = static_cast<uint64_t>(options_.days * 24);
    report.session.start_hour = options_.now_hour - static_cast<int64_t>(random_() % hours);
    std::array<uint8_t, kReportIdBytes> digits = {};
    for (uint8_t& digit : digits) digit = static_cast<uint8_t>(random_());
    report.id = report_id(report.session.start_hour, digits);
    report.app = {options_.app, random_() % 4 == 0 ? "1.1" : "1.0", "1"};
    report.install = install.id;
    report.consent = Consent::kDetail;
    report.session.duration_ms = int64_t{1000} * options_.truth.session_seconds;
    report.system = install.system;
    report.audio = install.audio;
    report.library = "holdfast simulated";
    return report;
  }

  void run(FieldReport& report, double factor) {
    const FleetTruth& truth = options_.truth;
    LoadPath path(truth, random_);
    std::vector<int> cpu;
    std::vector<int> mem;
    std::map<std::pair<int, int>, ExposureCell> cells;
    std::exponential_distribution<double> mark(1);
    double expected = 0;
    double next = mark(random_);
    for (int second = 0; second < truth.session_seconds; ++second) {
      const LoadPoint load = path.now();
      cpu.push_back(static_cast<int>(100 * load[0]));
      mem.push_back(static_cast<int>(100 * load[1]));
      ExposureCell& cell = cells[{load_bin(cpu.back()), load_bin(mem.back())}];
      cell.cpu_bin = load_bin(cpu.back());
      cell.mem_bin = load_bin(mem.back());
      ++cell.seconds;
      expected += rate_.at(load) * factor;
      for (; expected >= next; next += mark(random_)) {
        ++cell.glitches;
        add_glitch(report, second);
      }
      if ((second + 1) % truth.step_seconds == 0) path.advance(random_);
    }
    for (const auto& [bins, cell] : cells) report.cells.push_back(cell);
    add_histories(report, cpu, mem);
    report.exposure.frames_expected = kRate * truth.session_seconds;
    report.exposure.callbacks = report.exposure.frames_expected / kBlock;
  }

  void add_glitch(FieldReport& report, int second) {
    FieldGlitch glitch;
    glitch.t_ms = int64_t{1000} * second + static_cast<int64_t>(random_() % 1000);
    glitch.frames = kBlock * static_cast<int64_t>(1 + random_() % 8);
    glitch.gap_us = glitch.frames * 1'000'000 / kRate;
    const Place& place = any_place();
    glitch.cause = place.cause;
    glitch.confidence = place.cause == FieldCause::kUnknown ? 0 : 0.9;
    glitch.stall_us = glitch.gap_us + 1000;
    glitch.object = place.object;
    glitch.section = place.section;
    glitch.symbol = place.symbol;
    ++report.exposure.glitches;
    report.exposure.frames_lost += glitch.frames;
    report.exposure.gap_us_sum += glitch.gap_us;
    report.exposure.gap_us_max = std::max(report.exposure.gap_us_max, glitch.gap_us);
    if (report.glitches.size() < kMostFieldGlitches) {
      report.glitches.push_back(std::move(glitch));
    } else {
      ++report.glitches_dropped;
    }
  }

  const Place& any_place() {
    double all = 0;
    for (const Place& place : kPlaces) all += place.weight;
    double left = std::uniform_real_distribution<double>(0, all)(random_);
    for (const Place& place : kPlaces) {
      left -= place.weight;
      if (left < 0) return place;
    }
    return kPlaces[0];
  }

  static void add_histories(FieldReport& report, const std::vector<int>& cpu,
                            const std::vector<int>& mem) {
    for (FieldGlitch& glitch : report.glitches) {
      const int64_t own = glitch.t_ms / 1000;
      const int64_t first = std::max<int64_t>(own - kHistoryBefore, 0);
      const int64_t end = std::min<int64_t>(own + kHistoryAfter + 1, std::ssize(cpu));
      glitch.history = {own - first,
                        {cpu.begin() + first, cpu.begin() + end},
                        {mem.begin() + first, mem.begin() + end}};
    }
  }

  const SimOptions& options_;
  GlitchRate rate_;
  std::mt19937_64 random_;
};

/// Where reports go.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual bool take(const std::string& line) = 0;
  virtual bool finish() = 0;
};

class StandardOutput : public Sink {
 public:
  bool take(const std::string& line) override {
    return std::fwrite(line.data(), 1, line.size(), stdout) == line.size() &&
           std::fputc('\n', stdout) != EOF;
  }
  bool finish() override { return std::fflush(stdout) == 0; }
};

/// Over HTTP, in batches; what is answered is counted.
class Collector : public Sink {
 public:
  Collector(reporter::HttpPost post, const SimOptions& options)
      : post_(std::move(post)), options_(options) {}

  bool take(const std::string& line) override {
    body_ += line + "\n";
    return ++waiting_ < options_.batch || send();
  }
  bool finish() override {
    const bool is_sent = send();
    std::fprintf(stderr, "%lld stored or there, %lld refused\n", static_cast<long long>(delivered_),
                 static_cast<long long>(refused_));
    return is_sent && refused_ == 0;
  }

 private:
  bool send() {
    if (waiting_ == 0) return true;
    std::vector<std::string> headers = {"Content-Type: application/x-ndjson"};
    if (!options_.token.empty()) headers.push_back("Authorization: Bearer " + options_.token);
    const reporter::HttpReply reply = post_.send(body_, headers);
    if (reply.status != 200) {
      std::fprintf(stderr, "the collector answered %d %s\n", reply.status, reply.error.c_str());
      return false;
    }
    for (const auto& [id, answer] : parse_upload_reply(reply.body).reports) {
      (answer.verdict == ReportVerdict::kDelivered ? delivered_ : refused_)++;
      if (answer.verdict != ReportVerdict::kDelivered)
        std::fprintf(stderr, "%s\n", answer.why.c_str());
    }
    waiting_ = 0;
    body_.clear();
    return true;
  }

  reporter::HttpPost post_;
  const SimOptions& options_;
  std::string body_;
  int64_t waiting_ = 0;
  int64_t delivered_ = 0;
  int64_t refused_ = 0;
};

void tell_truth(const SimOptions& options) {
  const FleetTruth& truth = options.truth;
  std::fprintf(
      stderr,
      "truth: %d sessions, %.4g glitches per hour, ratio of locked to unlocked %.3g, log rate "
      "+%.3g over memory and +%.3g over processors\n",
      truth.installs * truth.sessions, truth.glitches_per_session * 3600 / truth.session_seconds,
      truth.locked_ratio, truth.memory_slope, truth.cpu_slope);
}

bool send_reports(const SimOptions& options, Sink& sink) {
  Simulation simulation(options);
  for (int i = 0; i < options.truth.installs; ++i) {
    const Install install = simulation.install();
    for (int j = 0; j < options.truth.sessions; ++j) {
      const auto report = simulation.session(install);
      if (report && !sink.take(field_report_json(*report))) return false;
    }
  }
  return sink.finish();
}

void add_bucket(JsonWriter& json, const FleetBucket& bucket) {
  json.field("sessions", bucket.sessions);
  json.field("glitched", bucket.glitched);
  json.field("glitches", bucket.glitches);
  json.field("hours", bucket.hours);
}

bool print_rollups(const SimOptions& options) {
  std::mt19937_64 random(options.seed);
  const FleetTally tally = simulate_fleet(options.truth, GlitchRate(options.truth), random);
  StandardOutput out;
  for (size_t i = 0; i < kFleetBuckets; ++i) {
    JsonWriter json = begin_line("holdfast.fleet_bucket/1");
    json.field("bucket", i);
    json.begin_object("none");
    add_bucket(json, tally.unlocked[i]);
    json.end_object();
    json.begin_object("parts");
    add_bucket(json, tally.locked[i]);
    json.end_object();
    json.begin_array("cells");
    for (size_t cell = 0; cell < tally.loads[i].size(); ++cell) {
      if (tally.loads[i][cell].seconds <= 0) continue;
      json.begin_array();
      json.value(cell / kLoadBins);
      json.value(cell % kLoadBins);
      json.value(tally.loads[i][cell].seconds);
      json.value(tally.loads[i][cell].glitches);
      json.end_array();
    }
    json.end_array();
    if (!out.take(end_line(std::move(json)))) return false;
  }
  return out.finish();
}

void add_options(CLI::App& app, SimOptions& options) {
  FleetTruth& truth = options.truth;
  truth.step_seconds = 1;
  truth.persistence = 0.9;
  app.add_option("--installs", truth.installs, "Users")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000'000));
  app.add_option("--sessions", truth.sessions, "Sessions of each")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_option("--seconds", truth.session_seconds, "Length of a session")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_option("--glitches", truth.glitches_per_session, "Glitches per session")
      ->capture_default_str();
  app.add_option("--ratio", truth.locked_ratio, "Rate with locked memory over rate without")
      ->capture_default_str();
  app.add_option("--memory-slope", truth.memory_slope, "Rise of the log rate over memory use")
      ->capture_default_str();
  app.add_option("--cpu-slope", truth.cpu_slope, "The same over processor use")
      ->capture_default_str();
  app.add_option("--correlation", truth.correlation, "Of the two")
      ->capture_default_str()
      ->check(CLI::Range(-0.99, 0.99));
  app.add_option("--frailty", truth.frailty_shape,
                 "Shape of the gamma distribution of users; inf: all alike")
      ->capture_default_str();
  app.add_option("--clean-weight", truth.clean_weight, "One of so many clean sessions is sent")
      ->capture_default_str();
  app.add_option("--days", options.days, "Sessions lie within so many days")
      ->capture_default_str()
      ->check(CLI::Range(1, 44));
  app.add_option("--now-hour", options.now_hour, "The last hour, since 1970; default: now");
  app.add_option("--app", options.app, "Name of the app")->capture_default_str();
  app.add_option("--seed", options.seed, "Of the random numbers")->capture_default_str();
  app.add_flag("--rollups", options.is_rollups, "Sums per install bucket instead of reports");
  app.add_option("--to", options.url, "Address of a collector");
  app.add_option("--token", options.token, "Its token");
  app.add_option("--batch", options.batch, "Reports per request")
      ->capture_default_str()
      ->check(CLI::Range(1, 200));
}

int run(int argc, char** argv) {
  SimOptions options;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  options.now_hour = std::chrono::duration_cast<std::chrono::hours>(now).count();
  CLI::App app{"Simulates a fleet that sends field reports."};
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  tell_truth(options);
  if (options.is_rollups) return print_rollups(options) ? 0 : 1;
  if (options.url.empty()) {
    StandardOutput out;
    return send_reports(options, out) ? 0 : 1;
  }
  auto post = reporter::HttpPost::open(options.url + "/v1/reports", nullptr);
  if (!post) {
    std::fprintf(stderr, "fleet_sim: %s\n", post.error().what.c_str());
    return 2;
  }
  Collector collector(std::move(*post), options);
  return send_reports(options, collector) ? 0 : 1;
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) {
  return holdfast::bench::run(argc, argv);
}
