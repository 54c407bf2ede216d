// SPDX-License-Identifier: MIT
// `MemLoad`, the first program of the seed: load the memory, once, and end. Locks as much memory as
// it can, allocates as much again, gives everything back. Unlike the original it cannot take the
// machine down: it keeps a floor of memory free, lives in a cgroup of its own where it may make
// one, and is the first to be killed when memory runs out. Few libraries: it is started over and
// over.
#include <getopt.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

#include "act/cleanup_watchdog.h"
#include "act/lock_budget.h"
#include "act/machine_memory.h"
#include "act/memory_cgroup.h"
#include "act/memory_pressure.h"
#include "act/oom_score.h"
#include "act/tighter_room.h"
#include "cmd/exit.h"
#include "core/byte_size.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kHelp =
    R"(Usage: MemLoad [OPTIONS]
Loads the memory of this machine once, and ends. First pass: locks as much memory as possible.
Second pass: allocates as much again. Prints the bytes of each pass.

  --limit SIZE    never use more than SIZE, e.g. 64M (default: all memory but the floor)
  --floor SIZE    what must stay free (default: 5 % of the machine, at least 256M; in a cgroup 1/8 of
                  its limit, at least 4M)
  --cgroup PATH   press the memory cgroup in PATH, and nothing outside it
  --with-parent   end when the process that started this one ends
  --original      no floor, no cgroup, exactly as first described: may take the machine down
  --help, --version

Example, in one terminal `CountGlitches`, in another:
  while true; do ./MemLoad; done

Without root, RLIMIT_MEMLOCK bounds the first pass (`ulimit -l`). Ctrl-C ends within a second and
gives everything back. Exit codes: 0 done, 2 bad usage, 3 not possible here.
)";

struct Options {
  std::optional<int64_t> limit_bytes;
  std::optional<int64_t> floor_bytes;
  std::string cgroup;
  bool dies_with_parent = false;
  bool is_original = false;
};

/// Which signal asked for the end. It is raised again at the very end, because a shell leaves its
/// `while true` loop only when the program was ended by SIGINT, not when it returns.
std::atomic<int> g_stop_signal{0};

void on_stop_signal(int number) {
  g_stop_signal.store(number);
}

void catch_stop() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESETHAND;  // the second one is meant
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
}

int end_as_asked(int exit_code) {
  const int number = g_stop_signal.load();
  if (number == 0) return exit_code;
  std::fflush(nullptr);
  signal(number, SIG_DFL);
  raise(number);
  return exit_code;
}

/// Fills `options`; an exit code when there is nothing to run.
std::optional<int> parse_options(int argc, char** argv, Options& options) {
  static const option long_options[] = {
      {"limit", required_argument, nullptr, 'l'},  {"floor", required_argument, nullptr, 'f'},
      {"cgroup", required_argument, nullptr, 'c'}, {"with-parent", no_argument, nullptr, 'p'},
      {"original", no_argument, nullptr, 'o'},     {"help", no_argument, nullptr, 'h'},
      {"version", no_argument, nullptr, 'v'},      {nullptr, 0, nullptr, 0}};
  opterr = 0;
  for (int c = 0; (c = getopt_long(argc, argv, "h", long_options, nullptr)) != -1;) {
    if (c == 'l' || c == 'f') {
      const auto size = parse_byte_size(optarg);
      if (!size) return fail("MemLoad", size.error());
      (c == 'l' ? options.limit_bytes : options.floor_bytes) = *size;
    } else if (c == 'c') {
      options.cgroup = optarg;
    } else if (c == 'p') {
      options.dies_with_parent = true;
    } else if (c == 'o') {
      options.is_original = true;
    } else if (c == 'h' || c == 'v') {
      return print_and_end("MemLoad", c == 'h' ? kHelp : "MemLoad " HF_VERSION "\n");
    } else {
      return fail("MemLoad", {ErrorKind::kUsage, 0,
                              std::string("'") + argv[optind - 1] +
                                  "' is not understood; see MemLoad --help"});
    }
  }
  if (optind == argc) return std::nullopt;
  return fail("MemLoad", {ErrorKind::kUsage, 0, std::string("unexpected '") + argv[optind] + "'"});
}

void die_with_parent() {
  const pid_t parent = getppid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) raise(SIGTERM);
}

/// The fence around the load, and its end. Without the right to make a cgroup there is none.
struct Fence {
  std::optional<act::CleanupWatchdog> watchdog;
  std::optional<act::MemoryCgroup> cgroup;
  bool is_own = false;
};

Result<> enter_given_cgroup(Fence& fence, const Options& options) {
  HF_TRY_ASSIGN(fence.cgroup, act::MemoryCgroup::existing(options.cgroup));
  return fence.cgroup->add(getpid());
}

Result<> enter_own_cgroup(Fence& fence, int64_t limit_bytes) {
  HF_TRY_ASSIGN(const act::MemoryCgroup planned, act::MemoryCgroup::plan());
  HF_TRY_ASSIGN(act::CleanupWatchdog watchdog, act::CleanupWatchdog::start());
  fence.watchdog.emplace(std::move(watchdog));
  HF_TRY(fence.watchdog->promise_undo({UndoKind::kCgroup, planned.directory()}));
  HF_TRY(planned.create(limit_bytes));
  HF_TRY(planned.add(getpid()));
  fence.cgroup = planned;
  fence.is_own = true;
  return Done{};
}

Result<> leave(Fence& fence) {
  if (fence.is_own) HF_TRY(fence.cgroup->move_home(getpid()));
  if (fence.watchdog) return fence.watchdog->finish();
  return Done{};
}

int64_t floor_of(const Fence& fence, const Options& options, int64_t total_bytes) {
  if (options.floor_bytes) return *options.floor_bytes;
  const bool is_confined = !options.cgroup.empty() || (fence.is_own && options.limit_bytes);
  if (!is_confined) return machine_floor(total_bytes);
  const auto limit = fence.cgroup->limit_bytes();
  return limit ? cgroup_floor(std::min(*limit, total_bytes)) : machine_floor(total_bytes);
}

void print_first(const act::PassOutcome& pass) {
  std::printf("first pass: locked %lld bytes (%s)", static_cast<long long>(pass.bytes),
              format_byte_size(pass.bytes).c_str());
  const act::LockBudget budget = act::read_lock_budget();
  if (pass.end == act::PassEnd::kRefused && !budget.is_unlimited) {
    std::printf(", refused by the lock limit of %s (see ulimit -l)",
                format_byte_size(budget.soft_bytes).c_str());
  } else if (pass.end == act::PassEnd::kRefused) {
    std::printf(", refused: %s",
                std::strerror(pass.system_errno));  // NOLINT(concurrency-mt-unsafe)
  } else if (pass.end == act::PassEnd::kFloor) {
    std::printf(", stopped to leave the rest usable");
  }
  std::puts(pass.end == act::PassEnd::kStopped ? ", interrupted" : "");
  std::fflush(stdout);
}

void print_second(const act::PassOutcome& pass) {
  std::printf("second pass: allocated %lld bytes (%s)", static_cast<long long>(pass.bytes),
              format_byte_size(pass.bytes).c_str());
  if (pass.end == act::PassEnd::kFloor) std::printf(", stopped to leave the rest usable");
  if (pass.end == act::PassEnd::kRefused) std::printf(", refused");
  std::puts(pass.end == act::PassEnd::kStopped ? ", interrupted" : "");
}

/// Both passes; everything is given back when it returns.
int run_passes(const act::PressureLimits& limits, int64_t most_bytes) {
  act::MemoryPressure pressure(limits);
  const act::PassOutcome first = pressure.lock_pass(most_bytes);
  print_first(first);
  if (first.end == act::PassEnd::kStopped) return kHolds;
  print_second(pressure.allocate_pass(first.bytes));
  return first.bytes == 0 && first.end == act::PassEnd::kRefused ? kUnavailable : kHolds;
}

int run_original() {
  std::fputs("MemLoad: --original has no floor and no fence: it may take this machine down\n",
             stderr);
  act::PressureLimits limits;
  limits.is_stop_wanted = [] { return g_stop_signal.load() != 0; };
  return run_passes(limits, INT64_MAX);
}

Result<int> run_fenced(const Options& options) {
  HF_TRY_ASSIGN(const act::MachineMemory machine, act::read_machine_memory());
  const int64_t whole = machine.total_bytes - machine_floor(machine.total_bytes);
  Fence fence;
  if (!options.cgroup.empty()) {
    HF_TRY(enter_given_cgroup(fence, options));
  } else if (const auto entered = enter_own_cgroup(fence, options.limit_bytes.value_or(whole));
             !entered && entered.error().kind != ErrorKind::kUnavailable) {
    return entered.error();
  }
  HF_TRY(act::volunteer_for_oom_kill());
  const int64_t floor = floor_of(fence, options, machine.total_bytes);
  act::PressureLimits limits{[&] { return act::tighter_room(fence.cgroup, floor); }, floor,
                             [] { return g_stop_signal.load() != 0; }};
  int64_t most = first_pass_target(limits.room(), floor);
  // Only our own cgroup may be given a limit; else it is kept by counting, half for each pass.
  if (options.limit_bytes && !fence.is_own) most = std::min(most, *options.limit_bytes / 2);
  const int exit_code = run_passes(limits, most);
  HF_TRY(leave(fence));
  return exit_code;
}

int run(int argc, char** argv) {
  Options options;
  if (const auto exit_code = parse_options(argc, argv, options)) return *exit_code;
  catch_stop();
  if (options.dies_with_parent) die_with_parent();
  if (options.is_original) return run_original();
  const Result<int> outcome = run_fenced(options);
  return outcome ? *outcome : fail("MemLoad", outcome.error());
}

}  // namespace
}  // namespace holdfast::cmd

int main(int argc, char** argv) {
  return holdfast::cmd::end_as_asked(holdfast::cmd::run(argc, argv));
}
