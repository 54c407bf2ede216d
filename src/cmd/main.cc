// SPDX-License-Identifier: MIT
// The `holdfast` program: the list of its commands, and nothing else.
#include <unistd.h>

#include <vector>

#include "cmd/command.h"
#include "cmd/exit.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

/// CLI11 has exit codes of its own; the contract has one for bad usage.
int parse_failed(const CLI::App& app, const CLI::ParseError& error) {
  const int code = app.exit(error);
  return code == 0 ? kHolds : kUsage;
}

int run(int argc, char** argv) {
  CLI::App app{"Finds out why real-time audio glitches when memory runs short.", "holdfast"};
  app.set_version_flag("--version", "holdfast " HF_VERSION);
  app.require_subcommand(1);
  app.footer("Example: holdfast count --for 10s\nEvery command has --help and a man page.");
  const std::vector<Command> commands = {add_count(app), add_watch(app), add_explain(app),
                                         add_devices(app), add_demo(app)};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parse_failed(app, error);
  }
  catch_stop_signals();
  for (const Command& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  return kUsage;
}

}  // namespace
}  // namespace holdfast::cmd

int main(int argc, char** argv) {
  return holdfast::cmd::run(argc, argv);
}
