// SPDX-License-Identifier: MIT
// RTThreadSwapped, the seed's third program: starts the real-time audio thread, and watches from
// the main thread whether the pages of its stack are in memory. Looks some thousand times a second,
// since the audio thread brings a page back within one period of 333 us; what even that misses
// shows in the thread's own fault counts. Needs no privilege: it looks at nothing but itself.
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "cmd/exit.h"
#include "cmd/own_audio_thread.h"
#include "probe/clock_linux.h"
#include "probe/residency_watch_linux.h"
#include "probe/thread_faults_linux.h"
#include "report/residency_text.h"
#include "report/utc_time.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kProgram = "RTThreadSwapped";
constexpr timespec kPause = {0, 200'000};
constexpr int64_t kLooksPerFaultCount = 500;  // ten times a second

constexpr const char* kHelp =
    "Usage: RTThreadSwapped\n"
    "Starts a real-time audio thread and prints a line whenever pages of its stack leave memory,\n"
    "and when they come back. Ctrl-C ends it with a summary.\n"
    "\n"
    "  --help       this text\n"
    "  --version    the version\n"
    "\n"
    "Example: RTThreadSwapped     beside: while true; do MemLoad; done\n"
    "Exit codes: 0 the stack stayed in memory, 1 pages of it left, 2 usage, 3 cannot be done here\n"
    "`holdfast watch` does the same for code and data, and for other programs.\n";

/// The stack as the only region to watch; private anonymous memory.
Region stack_region(const MemoryRange& stack) {
  Mapping mapping;
  mapping.begin = stack.begin;
  mapping.end = stack.end();
  mapping.is_readable = mapping.is_writable = true;
  return {RegionKind::kStack, "the audio thread's stack", {mapping}, true};
}

/// The audio thread, the eyes on its stack, and what they saw.
class StackWatch {
 public:
  static Result<StackWatch> start() {
    HF_TRY_ASSIGN(std::unique_ptr<OwnAudioThread> thread, OwnAudioThread::start());
    HF_TRY_ASSIGN(auto pages,
                  probe::ResidencyWatch::open(getpid(), {stack_region(thread->stack())}, 0));
    HF_TRY_ASSIGN(auto faults, probe::ThreadFaultCounter::open(getpid(), thread->id()));
    HF_TRY_ASSIGN(const probe::ThreadFaults before, faults.read());
    return StackWatch(std::move(thread), std::move(pages), std::move(faults), before);
  }

  Result<int> run() {
    const MemoryRange stack = thread_->stack();
    std::fprintf(stderr, "%s: watching %zu KiB of stack at %zx, thread %d, %s; Ctrl-C ends\n",
                 kProgram, stack.size_bytes / 1024, stack.begin, thread_->id(),
                 thread_->scheduling().c_str());
    const Nanos start = probe::monotonic_now();
    while (!stop_requested()) {
      HF_TRY(look());
      if (summary_.polls % kLooksPerFaultCount == 0) HF_TRY(count_faults());
      clock_nanosleep(CLOCK_MONOTONIC, 0, &kPause, nullptr);  // a signal ends it early
    }
    HF_TRY(count_faults());
    summary_.watched = probe::monotonic_now() - start;
    summary_.pages_out = pages_.pages_out();
    std::fputs(summary_text(summary_).c_str(), stderr);
    const bool has_left = summary_.left_pages > 0 || summary_.major_faults.value_or(0) > 0;
    return has_left ? kGlitches : kHolds;
  }

 private:
  StackWatch(std::unique_ptr<OwnAudioThread> thread, probe::ResidencyWatch pages,
             probe::ThreadFaultCounter faults, probe::ThreadFaults before)
      : thread_(std::move(thread)),
        pages_(std::move(pages)),
        fault_counter_(std::move(faults)),
        first_faults_(before) {}

  Result<> look() {
    const Nanos now = probe::monotonic_now();
    HF_TRY_ASSIGN(const auto events, pages_.look(now, now + probe::utc_minus_monotonic()));
    summary_.polls++;
    for (const ResidencyEvent& event : events) {
      summary_.add(event.change);
      print(change_text(event, utc_text(event.utc)));
    }
    return Done{};
  }

  Result<> count_faults() {
    HF_TRY_ASSIGN(const probe::ThreadFaults faults, fault_counter_.read());
    const int64_t major = faults.major - first_faults_.major;
    const int64_t news = major - summary_.major_faults.value_or(0);
    summary_.major_faults = major;
    summary_.minor_faults = faults.minor - first_faults_.minor;
    if (news == 0) return Done{};
    print(utc_text(probe::monotonic_now() + probe::utc_minus_monotonic()) +
          " the audio thread waited for " + std::to_string(news) +
          " pages to be read in (major faults, since the last look)\n");
    return Done{};
  }

  static void print(const std::string& text) {
    if (write_stdout(text) != 0) request_stop();
  }

  std::unique_ptr<OwnAudioThread> thread_;
  probe::ResidencyWatch pages_;
  probe::ThreadFaultCounter fault_counter_;
  probe::ThreadFaults first_faults_;
  ResidencySummary summary_;
};

Result<int> watch_stack() {
  HF_TRY_ASSIGN(StackWatch watch, StackWatch::start());
  return watch.run();
}

int run(int argc, char** argv) {
  begin_program();
  if (argc == 2 && std::strcmp(argv[1], "--help") == 0) return print_and_end(kProgram, kHelp);
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    return print_and_end(kProgram, "RTThreadSwapped " HF_VERSION "\n");
  }
  if (argc > 1) {
    return fail(kProgram, {ErrorKind::kUsage, 0, "takes no arguments; see RTThreadSwapped --help"});
  }
  const Result<int> code = watch_stack();
  return code ? *code : fail(kProgram, code.error());
}

}  // namespace
}  // namespace holdfast::cmd

int main(int argc, char** argv) {
  return holdfast::cmd::run(argc, argv);
}
