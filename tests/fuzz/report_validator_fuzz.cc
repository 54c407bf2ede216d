// SPDX-License-Identifier: MIT
// Bytes from anywhere as a field report: checking them ends, and what passes keeps to what the
// sums of a fleet rest on. What was added to sums can be taken out again, to the last count.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/fleet_sums.h"
#include "core/report_forms.h"
#include "core/report_validator.h"

namespace holdfast {
namespace {

constexpr int64_t kSeedHour = 474400;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_bounds(const ReceivedReport& report) {
  require(is_plain_name(report.app) && is_plain_name(report.version));
  require(parse_report_id(report_id_text(report.id)) == report.id);
  require(report.exposure_ms() >= 0 && report.exposure_ms() <= 86'400'000);
  int64_t glitches = 0;
  for (const LoadCell& cell : report.cells) {
    require(cell.cpu_bin < 10 && cell.memory_bin < 10 && cell.seconds >= 0 && cell.glitches >= 0);
    glitches += cell.glitches;
  }
  require(report.kind == ReportKind::kDeletion || glitches == report.glitches);
  for (const ReportedGlitch& glitch : report.listed) {
    require(is_printable_text(glitch.symbol) && glitch.symbol.size() <= 120);
    require(glitch.object.find('/') == std::string::npos);
  }
}

void add_and_take_out(const ReceivedReport& report) {
  FleetSums sums;
  sums.add(report);
  for (const auto& [key, cells] : sums.cells) require(decode_cells(encode_cells(cells)) == cells);
  sums.add(report, -1);
  for (const auto& [key, sum] : sums.sessions) require(sum == SessionSums{});
  for (const auto& [key, sum] : sums.causes) require(sum == CauseSums{});
  for (const auto& [key, cells] : sums.cells) require(encode_cells(cells).empty());
}

}  // namespace
}  // namespace holdfast

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast;
  static ReportValidator validator;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(decode_cells(text));
  const CheckedReport checked = validator.check(text, kSeedHour);
  if (!checked.is_good()) return 0;
  require_bounds(checked.report);
  add_and_take_out(checked.report);
  return 0;
}
