// SPDX-License-Identifier: MIT
// The `holdfast` program: the list of its commands, and nothing else.
#include <sstream>
#include <vector>

#include "cmd/command.h"
#include "cmd/exit.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

/// CLI11 has exit codes and layouts of its own; the contract has one code and one line.
int parse_failed(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  if (app.exit(error, out, err) == 0) return print_and_end("holdfast", out.str());
  std::string program = "holdfast";
  for (const CLI::App* command : app.get_subcommands()) program += " " + command->get_name();
  const std::string what = std::string(error.what()) + "; see " + program + " --help";
  return fail(program.c_str(), {ErrorKind::kUsage, 0, what});
}

/// An option that was given nothing, such as --for "$UNSET". "" when there is none.
std::string empty_option(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty()) continue;  // words for somebody else's program
    for (const std::string& result : option->results()) {
      if (result.empty()) return "--" + option->get_lnames().front();
    }
  }
  for (const CLI::App* group : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (std::string found = empty_option(*group); !found.empty()) return found;
  }
  return "";
}

int run(int argc, char** argv) {
  begin_program();
  CLI::App app{"Finds out why real-time audio glitches when memory runs short.", "holdfast"};
  app.set_version_flag("--version", "holdfast " HF_VERSION);
  app.footer("Example: holdfast count --for 10s\nEvery command has --help and a man page.");
  const std::vector<Command> commands = {
      add_count(app),     add_watch(app),       add_explain(app),       add_report(app),
      add_load(app),      add_evict(app),       add_audit(app),         add_plan(app),
      add_run(app),       add_prove(app),       add_record(app),        add_repair(app),
      add_devices(app),   add_demo(app),        add_doctor(app),        add_send(app),
      add_symbolize(app), add_prove_block(app), add_prove_program(app), add_collect(app),
      add_stats(app),     add_diagnose(app)};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parse_failed(app, error);
  }
  for (const Command& command : commands) {
    if (!command.app->parsed()) continue;
    const std::string empty = empty_option(*command.app);
    if (empty.empty()) return command.run();
    const std::string program = "holdfast " + command.app->get_name();
    return fail(program.c_str(), {ErrorKind::kUsage, 0, empty + " is empty"});
  }
  return fail("holdfast", {ErrorKind::kUsage, 0, "which command? See holdfast --help"});
}

}  // namespace
}  // namespace holdfast::cmd

int main(int argc, char** argv) {
  return holdfast::cmd::run(argc, argv);
}
