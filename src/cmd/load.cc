// SPDX-License-Identifier: MIT
// holdfast load: memory pressure on demand, exactly as hard as asked and only where asked. Without
// a target it repeats the two passes of the seed's MemLoad; with one it holds that number of the
// memory system, at one value or up a staircase.
#include <unistd.h>

#include <array>
#include <memory>

#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/load_run.h"
#include "cmd/load_scope.h"
#include "cmd/output.h"
#include "core/byte_size.h"
#include "core/load_plan.h"
#include "core/load_target.h"
#include "report/load_text.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kLoadProgram = "holdfast load";
constexpr Nanos kDefaultStep = kSecond * 30;
constexpr int64_t kSwapUnit = int64_t{1} << 20;

struct LoadOptions {
  OutputOptions output;
  std::string psi;
  std::string psi_full;
  std::string swap_out;
  std::string refaults;
  std::string left;
  std::string kind;
  std::string limit = "256M";
  std::string room;
  std::string floor;
  std::string swap;
  std::string squeeze;
  std::string length;
  std::string cgroup;
  pid_t pid = 0;
  bool is_machine = false;
  bool is_agreed = false;
  int steps = 1;
  std::vector<std::string> program;
};

Result<LoadTarget> choose_target(const LoadOptions& options) {
  const std::array<std::pair<LoadGoal, const std::string*>, 5> wishes = {
      {{LoadGoal::kStallsSome, &options.psi},
       {LoadGoal::kStallsFull, &options.psi_full},
       {LoadGoal::kSwapOut, &options.swap_out},
       {LoadGoal::kRefaults, &options.refaults},
       {LoadGoal::kLeft, &options.left}}};
  for (const auto& [goal, text] : wishes) {
    if (!text->empty()) return parse_load_target(goal, *text);
  }
  return LoadTarget{};
}

std::optional<LoadKind> kind_of(const std::string& word) {
  if (word.empty()) return std::nullopt;
  if (word == "anon") return LoadKind::kAnonymous;
  return word == "file" ? LoadKind::kFile : LoadKind::kMixed;
}

Result<int64_t> parse_size(const std::string& text) {
  if (text.empty()) return 0;
  return parse_byte_size(text);
}

Result<LoadWishes> read_wishes(const LoadOptions& options) {
  LoadWishes wishes;
  wishes.kind = kind_of(options.kind);
  if (options.squeeze == "none") {
    wishes.squeezes_per_second = 0;
  } else if (!options.squeeze.empty()) {
    HF_TRY_ASSIGN(const LoadTarget rate, parse_load_target(LoadGoal::kRefaults, options.squeeze));
    wishes.squeezes_per_second = rate.value;
  }
  HF_TRY_ASSIGN(wishes.room_bytes, parse_size(options.room));
  HF_TRY_ASSIGN(wishes.floor_bytes, parse_size(options.floor));
  return wishes;
}

Result<LoadScopeOptions> read_scope(const LoadOptions& options) {
  LoadScopeOptions scope;
  scope.cgroup = options.cgroup;
  scope.pid = options.pid;
  scope.is_machine = options.is_machine;
  HF_TRY_ASSIGN(scope.limit_bytes, parse_byte_size(options.limit));
  if (scope.limit_bytes < kSmallestLimit) {
    return usage_error("--limit must be 16M or more, not " + options.limit);
  }
  scope.always_makes_swap = !options.swap.empty();
  if (options.swap.empty()) {
    scope.swap_bytes = options.kind == "file" ? 0 : 2 * scope.limit_bytes;
  } else if (options.swap != "none") {
    HF_TRY_ASSIGN(const int64_t size, parse_byte_size(options.swap));
    scope.swap_bytes = (size + kSwapUnit - 1) / kSwapUnit * kSwapUnit;
  }
  return scope;
}

Result<std::optional<Nanos>> read_step_length(const LoadOptions& options) {
  if (options.length.empty()) {
    return options.steps > 1 ? std::optional(kDefaultStep) : std::optional<Nanos>();
  }
  HF_TRY_ASSIGN(const Nanos whole, parse_duration(options.length));
  const Nanos step(whole.count / options.steps);
  if (step >= kSecond) return std::optional(step);
  return usage_error("--for must give each step 1s or more");
}

/// The whole machine is pressed only by somebody who has said so twice.
Result<> ask(const LoadOptions& options, const LoadPlan& plan) {
  if (!options.is_machine || options.is_agreed) return Done{};
  const std::string what =
      "This presses the whole machine: every program on it may become slow or, if it has no swap, "
      "be killed. " +
      format_byte_size(plan.machine_floor_bytes) + " stay available (--floor).";
  if (isatty(STDIN_FILENO) != 1) {
    return usage_error(what + " Confirm it with --yes");
  }
  std::fprintf(stderr, "%s\nGo on? [y/N] ", what.c_str());
  std::array<char, 16> answer = {};
  if (std::fgets(answer.data(), answer.size(), stdin) != nullptr &&
      (answer[0] == 'y' || answer[0] == 'Y')) {
    return Done{};
  }
  return usage_error("nothing was pressed");
}

/// Where lines go: to stdout, unless that belongs to the program that runs inside.
class LoadPrinter {
 public:
  LoadPrinter(Output& output, bool has_program)
      : output_(output),
        has_program_(has_program),
        is_live_(!has_program && !output.is_json() && isatty(STDOUT_FILENO) == 1) {}

  void sample(const LoadSample& sample) {
    if (is_live_) {
      output_.progress(load_line(sample));
    } else {
      line(output_.is_json() ? load_json(sample) : load_line(sample));
    }
  }
  void step(const LoadStep& step) {
    steps_.push_back(step);
    line(output_.is_json() ? load_step_json(step) : load_step_text(step));
  }
  void note(const std::string& what) {
    if (output_.is_json()) return line(load_note_json(what));
    output_.advice(std::string(kLoadProgram) + ": " + what + "\n");
  }
  void stairs() {
    if (steps_.size() < 2 || output_.is_json()) return;
    const std::string text = load_stairs_text(steps_);
    has_program_ ? output_.advice(text) : output_.text(text);
  }

 private:
  void line(const std::string& text) {
    has_program_ ? output_.advice(text + "\n") : output_.line(text);
  }

  Output& output_;
  bool has_program_;
  bool is_live_;
  std::vector<LoadStep> steps_;
};

void tell_about(const LoadScope& scope, const LoadPlan& plan, const LoadWishes& wishes,
                LoadPrinter& printer) {
  for (const std::string& note : scope.notes) printer.note(note);
  if (plan.kind == LoadKind::kFile && wishes.kind != LoadKind::kFile && plan.ring_bytes > 0) {
    printer.note("no free swap, so data stays in memory: only code and files are pressed out");
  }
}

/// Everything but the end of what was made.
Result<int> press(const LoadOptions& options, LoadScope& scope, Output& output) {
  HF_TRY_ASSIGN(const LoadTarget target, choose_target(options));
  HF_TRY_ASSIGN(const LoadWishes wishes, read_wishes(options));
  HF_TRY_ASSIGN(const LoadPlan plan, plan_load(target.goal, scope.ground, wishes));
  HF_TRY(ask(options, plan));
  LoadPrinter printer(output, !options.program.empty());
  tell_about(scope, plan, wishes, printer);
  HF_TRY_ASSIGN(const act::MachineMemory machine, act::read_machine_memory());
  LoadRunOptions run;
  run.stairs = staircase(target, options.steps, static_cast<double>(left_in(scope, machine)));
  HF_TRY_ASSIGN(run.step_length, read_step_length(options));
  run.program = options.program;
  run.watched = options.pid;
  run.on_sample = [&](const LoadSample& sample) { printer.sample(sample); };
  run.on_step = [&](const LoadStep& step) { printer.step(step); };
  HF_TRY_ASSIGN(const LoadRunEnd end, run_load(scope, plan, run));
  printer.stairs();
  for (const std::string& note : end.notes) printer.note(note);
  if (end.program_exit_code) return *end.program_exit_code;
  return end.is_held ? kHolds : kGlitches;
}

/// What needs no scope is refused before anything is made.
Result<> check(const LoadOptions& options) {
  HF_TRY_ASSIGN(const LoadTarget target, choose_target(options));
  HF_TRY(read_wishes(options));
  HF_TRY(read_scope(options));
  HF_TRY(read_step_length(options));
  if (options.steps > 1 && target.goal == LoadGoal::kPasses) {
    return usage_error("--steps needs a target, such as --psi 60%");
  }
  return Done{};
}

Result<int> load(const LoadOptions& options, Output& output) {
  HF_TRY(check(options));
  HF_TRY_ASSIGN(const LoadScopeOptions wanted, read_scope(options));
  HF_TRY_ASSIGN(LoadScope scope, make_load_scope(wanted));
  Result<int> code = press(options, scope, output);
  if (scope.watchdog) {
    const auto finished = scope.watchdog->finish();
    if (code && !finished) return finished.error();
  }
  return code;
}

int run_load_command(const LoadOptions& options) {
  Output output(kLoadProgram, options.output);
  return output.finish(load(options, output));
}

void add_targets(CLI::App& command, LoadOptions& options) {
  auto* group =
      command.add_option_group("Targets", "Hold one of these (default: two passes, looped)");
  group->add_option("--psi", options.psi, "Share of time in which some task waits for memory, 40%");
  group->add_option("--psi-full", options.psi_full, "The same, in which all tasks wait");
  group->add_option("--swap-out", options.swap_out, "What leaves to swap, e.g. 50MB/s");
  group->add_option("--refaults", options.refaults, "Pages that come back, e.g. 500/s");
  group->add_option("--left", options.left, "Memory that is left to others, e.g. 200MB");
  group->require_option(0, 1);
}

void add_scope(CLI::App& command, LoadOptions& options) {
  auto* group = command.add_option_group("Scope", "Press there (default: a cgroup of its own)");
  group->add_option("--cgroup", options.cgroup, "The memory cgroup in this directory");
  group->add_option("--pid", options.pid, "The memory cgroup of this process, as long as it lives")
      ->check(CLI::Range(1, INT32_MAX));
  group->add_flag("--machine", options.is_machine, "The whole machine; asks first");
  group->require_option(0, 1);
  command.add_option("--limit", options.limit, "Size of the own cgroup")->capture_default_str();
  command.add_option("--swap", options.swap,
                     "Size of its temporary swap file, or none (default: twice the limit, where "
                     "less is free)");
  command.add_flag("--yes", options.is_agreed, "Do not ask before pressing the whole machine");
}

}  // namespace

Command add_load(CLI::App& app) {
  CLI::App* command = app.add_subcommand("load", "Press memory exactly as hard as asked");
  auto options = std::make_shared<LoadOptions>();
  add_targets(*command, *options);
  add_scope(*command, *options);
  command
      ->add_option("--kind", options->kind,
                   "What to press with: anon, file or mixed (default: anon, without swap file)")
      ->check(CLI::IsMember({"anon", "file", "mixed"}));
  command->add_option("--room", options->room,
                      "What is not locked away (default: 1/16, 8M or more)");
  command->add_option("--floor", options->floor,
                      "What the machine must keep available (default: 5 %, 256M or more)");
  command->add_option("--squeeze", options->squeeze,
                      "How often the cgroup is emptied, e.g. 20/s, or none (default: once; 100/s "
                      "with --swap-out and --refaults)");
  command->add_option("--for", options->length, "How long, e.g. 30s (default: until Ctrl-C)");
  command->add_option("--steps", options->steps, "Climb to the target in so many equal steps")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option("program", options->program, "Run this inside: -- PROGRAM [ARGUMENTS]");
  add_output_options(*command, options->output);
  command->footer(
      "With a program, all of these lines go to stderr, and its exit code is returned.\n"
      "Leaves nothing behind, also when it is killed. Ctrl-C ends it within a second.\n"
      "Example: sudo holdfast load --psi 40% --for 2min -- ./my_synth\n"
      "Exit codes: 0 held, 1 not held, 2 usage, 3 cannot be done here");
  return {command, [options] { return run_load_command(*options); }};
}

}  // namespace holdfast::cmd
