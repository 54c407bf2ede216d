// SPDX-License-Identifier: MIT
// CountGlitches, the seed's second program: starts recording with a small buffer, does nothing but
// count glitches, prints one line for each. All memory that it uses is locked. Small on purpose:
// getopt, no C++ library to load, no record ring; the gaps themselves are all it needs.
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "audio/virtual_device.h"
#include "base/duration.h"
#include "cmd/exit.h"
#include "cmd/protect.h"
#include "probe/clock_linux.h"
#include "probe/thread_faults_linux.h"
#include "report/utc_time.h"
#include "rt/on_block.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kProgram = "CountGlitches";
constexpr int kPollMilliseconds = 50;
constexpr size_t kGapSlots = 256;

constexpr const char* kHelp =
    "Usage: CountGlitches [--frames N] [--rate HZ] [--for TIME]\n"
    "Counts the glitches of the default audio device; prints one line for each, with its time.\n"
    "\n"
    "  --frames N   block size in frames (16)\n"
    "  --rate HZ    sample rate (48000)\n"
    "  --for TIME   stop after this time, e.g. 10s (otherwise: Ctrl-C)\n"
    "  --help       this text\n"
    "  --version    the version\n"
    "\n"
    "Example: CountGlitches --for 10min     beside: while true; do MemLoad; done\n"
    "Exit codes: 0 no glitch, 1 glitches, 2 usage, 3 cannot be done here, 4 not trustworthy\n"
    "`holdfast count` does the same on any device, and can keep a trace.\n";

struct Options {
  audio::StreamFormat format{48000, 16, 1};
  Nanos duration;
  const char* text = nullptr;  ///< --help or --version: print this and end.
};

Result<int64_t> parse_number(const char* name, const char* text) {
  char* end = nullptr;
  const long long value = std::strtoll(text, &end, 10);
  if (end != text && *end == '\0' && value > 0) return static_cast<int64_t>(value);
  return usage_error(std::string(name) + " takes a whole number, not '" + text + "'");
}

Result<> set_option(int letter, const char* word, Options& options) {
  switch (letter) {
    case 'n': {
      HF_TRY_ASSIGN(options.format.block_frames, parse_number("--frames", optarg));
      break;
    }
    case 'r': {
      HF_TRY_ASSIGN(options.format.rate_hz, parse_number("--rate", optarg));
      break;
    }
    case 't': {
      HF_TRY_ASSIGN(options.duration, parse_duration(optarg));
      if (options.duration == Nanos(0)) {
        return usage_error("--for must be longer than 0s");
      }
      break;
    }
    case 'h':
      options.text = kHelp;
      break;
    case 'V':
      options.text = "CountGlitches " HF_VERSION "\n";
      break;
    default:
      return usage_error(std::string("'") + word + "' is not understood; see CountGlitches --help");
  }
  return Done{};
}

Result<Options> parse(int argc, char** argv) {
  static constexpr std::array<option, 6> kOptions = {{{"frames", required_argument, nullptr, 'n'},
                                                      {"rate", required_argument, nullptr, 'r'},
                                                      {"for", required_argument, nullptr, 't'},
                                                      {"help", no_argument, nullptr, 'h'},
                                                      {"version", no_argument, nullptr, 'V'},
                                                      {nullptr, 0, nullptr, 0}}};
  Options options;
  for (int c; (c = getopt_long(argc, argv, "", kOptions.data(), nullptr)) != -1;) {
    HF_TRY(set_option(c, argv[optind - 1], options));
  }
  if (options.duration > Nanos(0) &&
      frames_in(options.duration, options.format.rate_hz) == Frames(0)) {
    return usage_error("--for must be longer than one frame");
  }
  if (optind == argc) return options;
  return usage_error(std::string("unexpected '") + argv[optind] + "'; see CountGlitches --help");
}

/// The device, the audio thread's own objects, and the loop that prints what they find.
class GlitchCounter {
 public:
  explicit GlitchCounter(const Options& options)
      : format_(options.format),
        slots_(kGapSlots),
        gaps_(slots_.span()),
        capture_(format_.rate_hz, limit_of(options), nullptr, &gaps_) {}

  Result<int> run() {
    HF_TRY(device_.open(format_, capture_.handler()));
    const Protection protection = protect(device_.thread_id(), memory());
    for (const std::string& limitation : protection.limitations) {
      std::fprintf(stderr, "%s: %s\n", kProgram, limitation.c_str());
    }
    HF_TRY_ASSIGN(const auto counter,
                  probe::ThreadFaultCounter::open(getpid(), device_.thread_id()));
    HF_TRY_ASSIGN(const probe::ThreadFaults before, counter.read());
    HF_TRY(device_.start());
    probe::ThreadFaults faults = before;
    while (device_.state() == audio::DeviceState::kRunning && !stop_requested()) {
      if (const auto now = counter.read()) faults = *now;
      wait_for_stop(kPollMilliseconds);
      print_gaps();
    }
    device_.stop();
    capture_.finish();
    print_gaps();
    return conclude(protection, faults.major - before.major, faults.minor - before.minor);
  }

 private:
  /// An absurd rate is refused by the device; until then it must not divide by zero.
  static Frames limit_of(const Options& options) {
    return frames_in(options.duration, options.format.rate_hz);
  }

  /// What the audio thread needs first, then the rest of the program.
  std::vector<MemoryRange> memory() {
    std::vector<MemoryRange> ranges(device_.working_set().begin(), device_.working_set().end());
    ranges.push_back(range_of(*this, "counter"));
    ranges.push_back(slots_.range("gap ring"));
    for (const MemoryRange& range : audio_thread_code()) ranges.push_back(range);
    for (const MemoryRange& range : whole_program()) ranges.push_back(range);
    return ranges;
  }

  void print_gaps() {
    Gap gap;
    while (gaps_.pop({&gap, 1}) == 1) {
      glitches_++;
      const std::string time = utc_text(gap.due + probe::utc_minus_monotonic());
      print(time + "  glitch " + std::to_string(glitches_) + ": " +
            std::to_string(gap.missing.count) + " frames lost, audio thread late by " +
            std::to_string(lateness(gap).count / 1000) + " us\n");
    }
  }

  void print(const std::string& line) {
    if (write_errno_ != 0) return;
    write_errno_ = write_stdout(line);
    if (write_errno_ != 0) request_stop();
  }

  int conclude(const Protection& protection, int64_t major, int64_t minor) {
    const Totals& totals = capture_.totals();
    std::fprintf(stderr,
                 "%s: %lld glitch%s, %lld of %lld frames lost; %s, %lld KiB locked, "
                 "own faults: %lld major, %lld minor\n",
                 kProgram, static_cast<long long>(totals.gaps), totals.gaps == 1 ? "" : "es",
                 static_cast<long long>(totals.missing.count),
                 static_cast<long long>(totals.elapsed.count), protection.scheduling.c_str(),
                 static_cast<long long>(protection.locked_bytes / 1024),
                 static_cast<long long>(major), static_cast<long long>(minor));
    if (gaps_.dropped() > 0) {
      std::fprintf(stderr, "%s: %llu of these glitches are not listed: they came too fast\n",
                   kProgram, static_cast<unsigned long long>(gaps_.dropped()));
    }
    if (write_errno_ != 0 && write_errno_ != EPIPE) {
      return fail(kProgram, {ErrorKind::kUnavailable, write_errno_,
                             std::string("cannot write to stdout: ") + strerror(write_errno_)});
    }
    const bool is_clean = major == 0 && minor == 0 && gaps_.dropped() == 0;
    if (!is_clean) return kNotTrustworthy;
    return totals.gaps > 0 ? kGlitches : kHolds;
  }

  audio::StreamFormat format_;
  audio::VirtualDevice device_{audio::VirtualOptions{}};
  PageBuffer<Gap> slots_;
  Ring<Gap> gaps_;
  Capture capture_;
  int64_t glitches_ = 0;
  int write_errno_ = 0;
};

int run(int argc, char** argv) {
  begin_program();
  opterr = 0;
  const Result<Options> options = parse(argc, argv);
  if (!options) return fail(kProgram, options.error());
  if (options->text != nullptr) return print_and_end(kProgram, options->text);
  static std::optional<GlitchCounter> counter;  // in .bss: not on the main thread's stack
  counter.emplace(*options);
  const Result<int> code = counter->run();
  return code ? *code : fail(kProgram, code.error());
}

}  // namespace
}  // namespace holdfast::cmd

int main(int argc, char** argv) {
  return holdfast::cmd::run(argc, argv);
}
