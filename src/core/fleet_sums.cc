// SPDX-License-Identifier: MIT
#include "core/fleet_sums.h"

namespace holdfast {
namespace {

void put_number(std::string& bytes, int64_t number) {
  auto rest = static_cast<uint64_t>(number);
  for (; rest >= 128; rest >>= 7) bytes += static_cast<char>(rest | 128);
  bytes += static_cast<char>(rest);
}

/// Takes seven bits per byte from the front, the lowest first.
std::optional<int64_t> take_number(std::string_view& bytes) {
  uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= uint64_t{byte & 127U} << shift;
    if (byte < 128) return static_cast<int64_t>(number);
  }
  return std::nullopt;
}

}  // namespace

int install_bucket(uint64_t install) {
  // The last step of SplitMix64 (G. Steele et al., OOPSLA 2014): programs may draw their ids badly.
  uint64_t mixed = install + 0x9E3779B97F4A7C15;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  mixed ^= mixed >> 31;
  return static_cast<int>(mixed % kInstallBuckets);
}

SessionSums& SessionSums::operator+=(const SessionSums& other) {
  reports += other.reports;
  sessions += other.sessions;
  glitched += other.glitched;
  glitches += other.glitches;
  exposure_ms += other.exposure_ms;
  frames_lost += other.frames_lost;
  return *this;
}

CellSums& operator+=(CellSums& sums, const CellSums& other) {
  for (size_t i = 0; i < kCells; i++) {
    sums[i].seconds += other[i].seconds;
    sums[i].glitches += other[i].glitches;
  }
  return sums;
}

CauseSums& CauseSums::operator+=(const CauseSums& other) {
  glitches += other.glitches;
  stall_us += other.stall_us;
  return *this;
}

std::string encode_cells(const CellSums& sums) {
  std::string bytes;
  for (size_t i = 0; i < kCells; i++) {
    if (sums[i] == CellCount{}) continue;
    put_number(bytes, static_cast<int64_t>(i));
    put_number(bytes, sums[i].seconds);
    put_number(bytes, sums[i].glitches);
  }
  return bytes;
}

std::optional<CellSums> decode_cells(std::string_view bytes) {
  CellSums sums{};
  while (!bytes.empty()) {
    const auto place = take_number(bytes);
    const auto seconds = take_number(bytes);
    const auto glitches = take_number(bytes);
    if (!glitches || !seconds || !place || *place < 0 || *place >= static_cast<int64_t>(kCells)) {
      return std::nullopt;
    }
    sums[static_cast<size_t>(*place)] = {*seconds, *glitches};
  }
  return sums;
}

void FleetSums::add(const ReceivedReport& report, int64_t times) {
  if (report.kind != ReportKind::kSession) return;
  const int bucket = install_bucket(report.install);
  const int64_t day = report.start_day();
  const int64_t weight = times * report.weight;
  sessions[{day, report.app, report.version, report.os, report.backend, report.arm, bucket}] +=
      {times,
       weight,
       report.glitches > 0 ? weight : 0,
       weight * report.glitches,
       weight * report.exposure_ms(),
       weight * report.frames_lost};
  CellSums& sums = cells[{day, report.app, report.version, report.arm, bucket}];
  for (const LoadCell& cell : report.cells) {
    CellCount& count = sums[cell.cpu_bin * size_t{10} + cell.memory_bin];
    count.seconds += weight * cell.seconds;
    count.glitches += weight * cell.glitches;
  }
  for (const ReportedGlitch& glitch : report.listed) {
    causes[{day, report.app, report.version, report.arm, glitch.cause, glitch.object,
            glitch.symbol}] += {weight, weight * glitch.stall_us};
  }
}

}  // namespace holdfast
