// SPDX-License-Identifier: MIT
// holdfast collect: takes in field reports over HTTP and keeps them in one file. Without options it
// listens on this machine alone and needs no configuration but a token per app.
#include <sys/resource.h>

#include <memory>

#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/fleet_module.h"
#include "cmd/output.h"
#include "core/report_forms.h"
#include "report/json_writer.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kCollectProgram = "holdfast collect";

struct CollectOptions {
  OutputOptions output;
  StoreWords store;
  int64_t inbox_limit = 4'000'000;
  std::string listen = "127.0.0.1:8787";
  std::string dashboard = "127.0.0.1:8788";
  std::string deadline = "10s";
  std::string new_app;
  bool is_new_viewer = false;
  bool is_list = false;
  int64_t revoked = 0;
  bool takes_out = false;
  bool is_behind_proxy = false;
  int64_t keep_days = 90;
  size_t connections = 2000;
};

Result<fleet::CollectorOptions> read_options(const CollectOptions& options,
                                             const fleet::Module& module) {
  fleet::CollectorOptions wanted;
  HF_TRY_ASSIGN(fleet::StorePlace place, store_place(options.store, module));
  wanted.store_path = std::move(place.file);
  wanted.clickhouse = std::move(place.clickhouse);
  wanted.most_waiting = options.inbox_limit;
  HF_TRY_ASSIGN(wanted.listen, module.parse_address(options.listen));
  if (options.dashboard == "none") {
    wanted.dashboard = {"", 0};
  } else {
    HF_TRY_ASSIGN(wanted.dashboard, module.parse_address(options.dashboard));
  }
  HF_TRY_ASSIGN(const Nanos deadline, parse_duration(options.deadline));
  wanted.limits.deadline_ms = deadline.count / kMillisecond.count;
  if (wanted.limits.deadline_ms < 1) return usage_error("--deadline must be 1ms or more");
  wanted.limits.connections = options.connections;
  wanted.is_behind_proxy = options.is_behind_proxy;
  wanted.keep_days = options.keep_days;
  wanted.should_stop = stop_requested;
  return wanted;
}

/// Each connection is a descriptor; the usual limit of 1024 is meant for programs that use select.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string url_of(const fleet::HttpAddress& address, uint16_t port) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + address.host + "]" : address.host) + ":" +
         std::to_string(port) + "/";
}

void tell_start(const fleet::CollectorOptions& wanted, const fleet::Collector& collector,
                Output& output) {
  const std::string reports = url_of(wanted.listen, collector.reports_port()) + "v1/reports";
  const bool has_pages = !wanted.dashboard.host.empty();
  const std::string pages = has_pages ? url_of(wanted.dashboard, collector.dashboard_port()) : "";
  if (output.is_json()) {
    JsonWriter json = begin_line("holdfast.collect/1", "start");
    json.field(wanted.clickhouse ? "inbox" : "store", wanted.store_path);
    if (wanted.clickhouse) json.field("clickhouse", wanted.clickhouse->urls.front());
    json.field("reports", reports);
    json.text_field("dashboard", pages);
    return output.line(end_line(json));
  }
  output.line("reports    " + reports);
  if (has_pages) output.line("dashboard  " + pages);
  output.line((wanted.clickhouse ? "inbox      " : "store      ") + wanted.store_path);
  if (wanted.clickhouse) output.line("clickhouse " + wanted.clickhouse->urls.front());
}

void tell_end(const fleet::CollectorSummary& summary, Output& output) {
  if (output.is_json()) {
    JsonWriter json = begin_line("holdfast.collect/1", "end");
    json.field("requests", summary.requests);
    json.field("stored", summary.stored);
    json.field("duplicates", summary.duplicates);
    json.field("refused", summary.refused);
    json.field("failed_commits", summary.failed_commits);
    json.field("shipped", summary.shipped);
    json.field("waiting", summary.waiting);
    json.text_field("last_error", summary.last_error);
    return output.line(end_line(json));
  }
  output.line(std::to_string(summary.stored) + " reports stored, " +
              std::to_string(summary.duplicates) + " were there already, " +
              std::to_string(summary.refused) + " refused");
  if (summary.failed_commits > 0) {
    output.advice(std::string(kCollectProgram) + ": " + std::to_string(summary.failed_commits) +
                  " times nothing could be stored, the last time: " + summary.last_error + "\n");
  }
}

Result<int> collect_reports(const CollectOptions& options, const fleet::Module& module,
                            Output& output) {
  HF_TRY_ASSIGN(fleet::CollectorOptions wanted, read_options(options, module));
  wanted.tell = [&output](const std::string& news) { output.advice(news + "\n"); };
  raise_descriptor_limit();
  HF_TRY_ASSIGN(const auto collector, module.open_collector(wanted));
  tell_start(wanted, *collector, output);
  tell_end(collector->run(), output);
  return kHolds;
}

Result<int> make_token(const std::string& store, const std::string& app,
                       const fleet::Module& module, Output& output) {
  HF_TRY_ASSIGN(const std::string token, module.add_token(store, app));
  if (output.is_json()) {
    JsonWriter json = begin_line("holdfast.collect/1", "token");
    json.text_field("app", app);
    json.field("token", token);
    output.line(end_line(json));
  } else {
    output.line(token);
    output.advice("It is shown this once; the store keeps a digest of it.\n");
  }
  return kHolds;
}

Result<int> show_tokens(const std::string& store, const fleet::Module& module, Output& output) {
  HF_TRY_ASSIGN(const auto tokens, module.list_tokens(store));
  for (const fleet::TokenEntry& token : tokens) {
    const std::string made = day_text(token.created_day);
    if (output.is_json()) {
      JsonWriter json = begin_line("holdfast.collect/1", "known_token");
      json.field("number", token.number);
      json.text_field("app", token.app);
      json.field("created", made);
      json.field("revoked", token.is_revoked);
      output.line(end_line(json));
    } else {
      output.line(std::to_string(token.number) + "  " + made + "  " +
                  (token.app.empty() ? "(viewer)" : token.app) +
                  (token.is_revoked ? "  revoked" : ""));
    }
  }
  return kHolds;
}

Result<int> revoke(const CollectOptions& options, const fleet::StorePlace& place,
                   const fleet::Module& module, Output& output) {
  HF_TRY_ASSIGN(const int64_t removed,
                module.revoke_token(place, options.revoked, options.takes_out));
  output.line("token " + std::to_string(options.revoked) + " revoked, " + std::to_string(removed) +
              " reports taken out");
  return kHolds;
}

Result<int> collect(const CollectOptions& options, Output& output) {
  HF_TRY_ASSIGN(const fleet::Module* module, load_fleet_module());
  const bool is_errand =
      options.is_new_viewer || !options.new_app.empty() || options.is_list || options.revoked > 0;
  if (!is_errand) return collect_reports(options, *module, output);
  HF_TRY_ASSIGN(const fleet::StorePlace place, store_place(options.store, *module));
  if (options.is_list) return show_tokens(place.file, *module, output);
  if (options.revoked > 0) return revoke(options, place, *module, output);
  return make_token(place.file, options.new_app, *module, output);
}

int run_collect(const CollectOptions& options) {
  Output output(kCollectProgram, options.output);
  return output.finish(collect(options, output));
}

void add_errands(CLI::App& command, CollectOptions& options) {
  auto* group = command.add_option_group("Instead of collecting", "one of these, and end");
  group->add_option("--add-app", options.new_app, "Make a token for this app, and print it");
  group->add_flag("--add-viewer", options.is_new_viewer,
                  "Make a token for people who look at the dashboard, and print it");
  group->add_flag("--tokens", options.is_list, "List the tokens, by number");
  auto* revoked = group->add_option("--revoke", options.revoked, "Make this token invalid")
                      ->check(CLI::PositiveNumber);
  group->require_option(0, 1);
  command
      .add_flag("--take-out", options.takes_out,
                "With --revoke: delete what came under it, and take it out of the sums")
      ->needs(revoked);
}

void add_store_options(CLI::App& command, CollectOptions& options) {
  command.add_option(
      "--store", options.store.store,
      "File that reports are kept in (default: holdfast/reports.db in "
      "$XDG_DATA_HOME or ~/.local/share), or clickhouse=http://HOST:8123[,http://...]");
  command.add_option("--inbox", options.store.inbox,
                     "With ClickHouse: file that reports come into first (default: as above)");
  command
      .add_option("--inbox-limit", options.inbox_limit,
                  "With ClickHouse: take no more in while so many reports wait for it")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--database", options.store.database, "Of ClickHouse")->capture_default_str();
  command.add_option("--cluster", options.store.cluster,
                     "Of ClickHouse: make tables on all of its servers, replicated");
}

}  // namespace

Command add_collect(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("collect", "Take in field reports, and show what they say");
  auto options = std::make_shared<CollectOptions>();
  add_store_options(*command, *options);
  command->add_option("--listen", options->listen, "Where reports come in: ADDRESS:PORT")
      ->capture_default_str();
  command->add_option("--dashboard", options->dashboard, "Where people look: ADDRESS:PORT, or none")
      ->capture_default_str();
  command->add_flag(
      "--behind-proxy", options->is_behind_proxy,
      "A proxy before this one does TLS: listen anywhere, ask all viewers for a token");
  command
      ->add_option("--keep-days", options->keep_days, "How long single reports are kept; sums stay")
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  command->add_option("--deadline", options->deadline, "For a whole request to come in")
      ->capture_default_str();
  command->add_option("--connections", options->connections, "As many at a time")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  add_errands(*command, *options);
  add_output_options(*command, options->output);
  command->footer(
      "A report is acknowledged once it has reached the disk. Ctrl-C ends in order.\n"
      "Example: holdfast collect --add-app my-editor && holdfast collect\n"
      "Exit codes: 0 ended in order, 2 usage, 3 cannot be done here");
  return {command, [options] { return run_collect(*options); }};
}

}  // namespace holdfast::cmd
