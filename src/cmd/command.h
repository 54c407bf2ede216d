// SPDX-License-Identifier: MIT
// What a subcommand is: it adds its options to the parser and hands back what to run. One file per
// command; no command includes another. main.cc holds the list.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace holdfast::cmd {

/// A registered subcommand.
struct Command {
  CLI::App* app = nullptr;
  std::function<int()> run;  ///< Returns the exit code of the process.
};

Command add_count(CLI::App& app);
Command add_watch(CLI::App& app);
Command add_evict(CLI::App& app);
Command add_explain(CLI::App& app);
Command add_devices(CLI::App& app);
Command add_diagnose(CLI::App& app);
Command add_demo(CLI::App& app);
Command add_load(CLI::App& app);
Command add_audit(CLI::App& app);
Command add_plan(CLI::App& app);
Command add_run(CLI::App& app);
Command add_prove(CLI::App& app);
Command add_prove_block(CLI::App& app);
Command add_prove_program(CLI::App& app);
Command add_doctor(CLI::App& app);
Command add_record(CLI::App& app);
Command add_repair(CLI::App& app);
Command add_report(CLI::App& app);
Command add_send(CLI::App& app);
Command add_collect(CLI::App& app);
Command add_stats(CLI::App& app);
Command add_symbolize(CLI::App& app);

}  // namespace holdfast::cmd
