// SPDX-License-Identifier: MIT
// holdfast symbolize: not for people. The child that a session's Symbolizer starts: it reads a
// question per line and writes an answer per line, until its input closes.
#include <sys/resource.h>

#include <iostream>
#include <string>

#include "act/oom_score.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "probe/elf_symbols_linux.h"
#include "session/symbolizer.h"

namespace holdfast::cmd {
namespace {

/// Neither its time nor its memory is worth anything to the process that is measured. Where that
/// is refused, it works all the same.
void step_back() {
  constexpr int kNice = 10;
  setpriority(PRIO_PROCESS, 0, kNice);
  static_cast<void>(act::volunteer_for_oom_kill());
}

int run_symbolize() {
  step_back();
  probe::ElfSymbols symbols;
  std::string question;
  while (std::getline(std::cin, question)) {
    const std::string answer = session::answer_symbol_question(question, symbols) + "\n";
    if (write_stdout(answer) != 0) break;
  }
  return kHolds;
}

}  // namespace

/// An empty group hides it from --help.
Command add_symbolize(CLI::App& app) {
  CLI::App* command = app.add_subcommand("symbolize", "Answer a session's questions about symbols");
  command->group("");
  return {command, run_symbolize};
}

}  // namespace holdfast::cmd
