// SPDX-License-Identifier: MIT
#include "fleet/collector_counts.h"

namespace holdfast::fleet {
namespace {

void add(std::string& text, const char* name, const char* kind, const char* help, uint64_t value) {
  const std::string full = std::string("holdfast_collector_") + name;
  text += "# HELP " + full + " " + help + "\n# TYPE " + full + " " + kind + "\n" + full + " " +
          std::to_string(value) + "\n";
}

}  // namespace

std::string metrics_text(const IntakeCounts& intake, const HttpCounts& http,
                         const StoreWriter::Counts& writer) {
  std::string text;
  const auto counter = [&text](const char* name, const char* help, uint64_t value) {
    add(text, name, "counter", help, value);
  };
  const auto gauge = [&text](const char* name, const char* help, uint64_t value) {
    add(text, name, "gauge", help, value);
  };
  counter("reports_stored_total", "Reports that were new and are on the disk.", intake.stored);
  counter("reports_duplicate_total", "Reports that were there already.", intake.duplicates);
  counter("reports_refused_total", "Reports that break the schema.", intake.refused_by_schema);
  counter("reports_conflicting_total",
          "Reports with the id of another one, or too many of one installation.",
          intake.refused_by_store);
  counter("requests_total", "Requests that came whole.", http.requests);
  counter("requests_unauthorized_total", "Requests without a valid token.", intake.unauthorized);
  counter("requests_malformed_total", "Requests that are no HTTP, or too large.", http.malformed);
  counter("requests_not_unpacked_total", "Bodies that are no gzip, or too much of it.",
          intake.not_unpacked);
  counter("requests_busy_total", "Requests that were told to come again.", intake.busy);
  counter("requests_out_of_time_total", "Requests that were cut off half way.", http.out_of_time);
  counter("connections_total", "Connections so far.", http.accepted);
  counter("connections_turned_away_total", "Connections beyond the limit.", http.turned_away);
  gauge("connections", "Connections now.", static_cast<uint64_t>(http.open.load()));
  counter("commits_total", "Transactions on the disk.", writer.commits);
  counter("commits_failed_total", "Transactions that failed; nothing of them was acknowledged.",
          writer.failed_commits);
  counter("reports_forgotten_total", "Reports that were kept long enough.", writer.forgotten);
  gauge("waiting_bytes", "Bytes that wait to be written.", writer.waiting_bytes);
  return text;
}

std::string shipping_metrics(const ShippingCounts& counts) {
  std::string text;
  add(text, "reports_shipped_total", "counter", "Reports that have reached ClickHouse.",
      counts.shipped);
  add(text, "shipping_failures_total", "counter",
      "Attempts to reach ClickHouse that came to nothing.", counts.failures);
  add(text, "reports_unreadable_total", "counter",
      "Reports in the inbox that this version does not take for good.", counts.unreadable);
  add(text, "reports_waiting", "gauge", "Reports that wait in the inbox for ClickHouse.",
      static_cast<uint64_t>(counts.waiting));
  add(text, "clickhouse_up", "gauge", "1 while the last attempt succeeded.",
      counts.is_reachable ? 1 : 0);
  return text;
}

}  // namespace holdfast::fleet
