// SPDX-License-Identifier: MIT
#include "core/shipped_report.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/fleet_sums.h"

namespace holdfast {
namespace {

// The two halves of an id rather than a UUID: ClickHouse orders UUIDs by their second half, and
// the time, which keeps neighbours together, is in the first. The key is made of the report alone:
// the same report has the same key through whichever collector it comes.
constexpr ShippedColumn kColumns[] = {
    {"id_high", "UInt64"},
    {"id_low", "UInt64"},
    {"day", "Int32"},
    {"app", "String"},
    {"version", "String"},
    {"os", "String"},
    {"backend", "String"},
    {"arm", "String"},
    {"bucket", "UInt8"},
    {"weight", "UInt16"},
    {"glitches", "UInt32"},
    {"exposure_ms", "UInt32"},
    {"frames_lost", "UInt64"},
    // Cells by 100 * bucket + 10 * processor + memory; their sums with the weight in them.
    {"cell_keys", "Array(UInt16)"},
    {"cell_seconds", "Array(UInt32)"},
    {"cell_glitches", "Array(UInt32)"},
    {"causes", "Array(String)"},
    {"objects", "Array(String)"},
    {"symbols", "Array(String)"},
    {"stalls_us", "Array(UInt64)"},
    {"start_hour", "Int32"},
    {"arrival", "UInt64"},
    {"token", "Int64"},
    // These four are cleared when somebody wishes to be deleted, the last two also by age.
    {"install", "Int64"},
    {"install_key", "UInt64"},
    {"is_kept", "UInt8"},
    {"body", "String"},
};

uint64_t half_of(const ReportId& id, size_t begin) {
  uint64_t half = 0;
  for (size_t i = begin; i < begin + 8; i++) half = half << 8 | id[i];
  return half;
}

void add_cells(RowBinaryWriter& rows, const ReceivedReport& report, int bucket) {
  rows.length(report.cells.size());
  for (const LoadCell& cell : report.cells) {
    rows.number(static_cast<uint16_t>(100 * bucket + 10 * cell.cpu_bin + cell.memory_bin));
  }
  rows.length(report.cells.size());
  for (const LoadCell& cell : report.cells) {
    rows.number(static_cast<uint32_t>(report.weight * cell.seconds));
  }
  rows.length(report.cells.size());
  for (const LoadCell& cell : report.cells) {
    rows.number(static_cast<uint32_t>(report.weight * cell.glitches));
  }
}

void add_glitches(RowBinaryWriter& rows, const ReceivedReport& report) {
  for (const auto member :
       {&ReportedGlitch::cause, &ReportedGlitch::object, &ReportedGlitch::symbol}) {
    rows.length(report.listed.size());
    for (const ReportedGlitch& glitch : report.listed) rows.text(glitch.*member);
  }
  rows.length(report.listed.size());
  for (const ReportedGlitch& glitch : report.listed) {
    rows.number(static_cast<uint64_t>(glitch.stall_us));
  }
}

}  // namespace

std::span<const ShippedColumn> shipped_columns() {
  return kColumns;
}

uint64_t install_key(std::string_view app, uint64_t install) {
  const uint64_t key = XXH3_64bits_withSeed(app.data(), app.size(), install);
  return key == 0 ? 1 : key;
}

void add_row(RowBinaryWriter& rows, const ReceivedReport& report, const ShippedContext& context,
             std::string_view text) {
  const int bucket = install_bucket(report.install);
  rows.number(half_of(report.id, 0)).number(half_of(report.id, 8));
  rows.number(static_cast<int32_t>(report.start_day()));
  rows.text(report.app).text(report.version).text(report.os).text(report.backend).text(report.arm);
  rows.number(static_cast<uint8_t>(bucket)).number(static_cast<uint16_t>(report.weight));
  rows.number(static_cast<uint32_t>(report.glitches));
  rows.number(static_cast<uint32_t>(report.exposure_ms()));
  rows.number(static_cast<uint64_t>(report.frames_lost));
  add_cells(rows, report, bucket);
  add_glitches(rows, report);
  rows.number(static_cast<int32_t>(report.start_hour));
  // Days first: the numbers of two collectors say nothing about each other.
  rows.number(static_cast<uint64_t>(context.received_day << 44 | context.number));
  rows.number(context.token).number(static_cast<int64_t>(report.install));
  rows.number(install_key(report.app, report.install)).number(uint8_t{1}).text(text);
}

}  // namespace holdfast
