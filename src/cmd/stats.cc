// SPDX-License-Identifier: MIT
// holdfast stats: what a store of field reports says, without a browser. Reads beside a collector
// that writes to the same file.
#include <chrono>
#include <memory>

#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/fleet_module.h"
#include "cmd/output.h"
#include "core/report_forms.h"
#include "report/fleet_json.h"
#include "report/fleet_text.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kStatsProgram = "holdfast stats";

struct StatsOptions {
  OutputOptions output;
  StoreWords store;
  std::string since;
  FleetFilter filter;
};

Result<FleetFilter> read_filter(const StatsOptions& options) {
  FleetFilter filter = options.filter;
  if (options.since.empty()) return filter;
  const auto day = parse_day(options.since);
  if (!day) return usage_error("--since is a day like 2026-01-31, not " + options.since);
  filter.first_day = *day;
  return filter;
}

Result<int> show_stats(const StatsOptions& options, Output& output) {
  HF_TRY_ASSIGN(const FleetFilter filter, read_filter(options));
  HF_TRY_ASSIGN(const fleet::Module* module, load_fleet_module());
  HF_TRY_ASSIGN(const fleet::StorePlace place, store_place(options.store, *module));
  HF_TRY_ASSIGN(const FleetOverview overview, module->read_overview(place, filter, stop_requested));
  if (output.is_json()) {
    output.line(fleet_json(overview));
  } else {
    output.text(fleet_text(overview));
  }
  return kHolds;
}

int run_stats(const StatsOptions& options) {
  Output output(kStatsProgram, options.output);
  return output.finish(show_stats(options, output));
}

}  // namespace

Command add_stats(CLI::App& app) {
  CLI::App* command = app.add_subcommand("stats", "Say what field reports add up to");
  auto options = std::make_shared<StatsOptions>();
  command->add_option("--store", options->store.store,
                      "File of a collector (default: holdfast/reports.db in $XDG_DATA_HOME or "
                      "~/.local/share), or clickhouse=http://HOST:8123");
  command->add_option("--database", options->store.database, "Of ClickHouse")
      ->capture_default_str();
  command->add_option("--app", options->filter.app, "Of this app alone");
  command->add_option("--version", options->filter.version, "Of this version alone");
  command->add_option("--arm", options->filter.arm, "With this much locked alone")
      ->check(CLI::IsMember({"none", "parts", "all"}));
  command->add_option("--since", options->since, "Begun on this day or later, e.g. 2026-01-31");
  add_output_options(*command, options->output);
  command->footer(
      "Example: holdfast stats --app my-editor --since 2026-01-31\n"
      "Exit codes: 0 done, 2 usage, 3 cannot be done here");
  return {command, [options] { return run_stats(*options); }};
}

}  // namespace holdfast::cmd
