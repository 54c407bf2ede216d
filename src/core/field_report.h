// SPDX-License-Identifier: MIT
// A field report: what one session tells the people who make a program, so that they learn how
// often it glitches, where and why. Schema version 1, as plain values; report/field_report_json
// writes it. What it must not hold has no field here: no host, no user, no serial number, no time
// finer than an hour, no path with folders.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

/// What may be told. The order is that of how much.
enum class Consent : uint8_t {
  kOff,     ///< Nothing: no report is even written.
  kBasic,   ///< Counts, causes and the kind of machine.
  kDetail,  ///< Also whose page it was, and the load around each glitch.
};

/// "off", "basic", "detail".
std::string_view name_of(Consent consent);
/// The inverse; nothing for other words.
std::optional<Consent> parse_consent(std::string_view word);

/// Where time went, in the words of the schema.
enum class FieldCause : uint8_t { kMajorFault, kMinorFault, kScheduling, kDevice, kApp, kUnknown };
inline constexpr size_t kFieldCauses = 6;

/// "major_fault", "minor_fault", "sched", "device", "app", "unknown".
std::string_view name_of(FieldCause cause);

/// Bins of load: 0 is 0 to 9 %, 9 is 90 % and more.
inline constexpr int kLoadBins = 10;
/// The bin of a load in percent.
int load_bin(int percent);

/// How long the session was in one bin of processor and memory use, and what happened there.
struct ExposureCell {
  int cpu_bin = 0;
  int mem_bin = 0;
  int64_t seconds = 0;
  int64_t glitches = 0;

  friend bool operator==(const ExposureCell&, const ExposureCell&) = default;
};

/// The machine's load around a glitch, a value per second in percent. Always the same window,
/// as far as the session reaches, so that other seconds can stand for what is usual.
struct GlitchHistory {
  int64_t before = 0;  ///< How many values come before the glitch's own second.
  std::vector<int> cpu;
  std::vector<int> mem;

  friend bool operator==(const GlitchHistory&, const GlitchHistory&) = default;
};
inline constexpr int64_t kHistoryBefore = 25;
inline constexpr int64_t kHistoryAfter = 4;

/// One glitch.
struct FieldGlitch {
  int64_t t_ms = 0;  ///< Since the session began.
  int64_t frames = 0;
  int64_t gap_us = 0;
  FieldCause cause = FieldCause::kUnknown;
  double confidence = 0;  ///< Share of the lateness that the cause explains, 0 to 1.
  int64_t stall_us = 0;   ///< How long what caused it lasted.
  std::string object;     ///< File whose page it was, without folders; "" for other causes.
  std::string section;    ///< "text", "stack", "heap" ...
  std::string symbol;
  bool is_repaired = false;
  GlitchHistory history;

  friend bool operator==(const FieldGlitch&, const FieldGlitch&) = default;
};
inline constexpr size_t kMostFieldGlitches = 32;
inline constexpr size_t kMostSymbolBytes = 120;

/// Which program; each text of [a-z0-9._-], up to 64.
struct FieldApp {
  std::string id = "holdfast";
  std::string version;
  std::string build;

  friend bool operator==(const FieldApp&, const FieldApp&) = default;
};

/// The session as a whole.
struct FieldSession {
  std::string direction = "capture";
  int64_t start_hour = 0;  ///< Hours since 1970, UTC.
  int64_t duration_ms = 0;
  int64_t suspended_ms = 0;  ///< Of that: the machine stood still.
  std::string end = "clean";

  friend bool operator==(const FieldSession&, const FieldSession&) = default;
};

/// What kind of machine.
struct FieldSystem {
  std::string os;
  std::string os_version;
  std::string arch;
  int64_t cpus = 0;
  int64_t ram_mib = 0;
  int64_t swap_mib = 0;
  std::string power = "unknown";

  friend bool operator==(const FieldSystem&, const FieldSystem&) = default;
};

/// How sound went: the kind of device, never its name.
struct FieldAudio {
  std::string backend;
  std::string device_class = "unknown";
  int64_t rate_hz = 0;
  int64_t buffer_frames = 0;
  int64_t channels = 0;
  std::string rt_policy = "other";
  int64_t rt_priority = 0;

  friend bool operator==(const FieldAudio&, const FieldAudio&) = default;
};

/// What was locked, and who decided that.
struct FieldProtection {
  std::string arm = "none";       ///< "none", "parts", "all".
  std::string assigned = "user";  ///< "session", "install", "user".
  int64_t locked_kib = 0;
  int64_t lock_failed_kib = 0;
  int64_t memlock_limit_kib = 0;  ///< -1: no limit.
  bool is_text_locked = false;
  bool is_stack_locked = false;

  friend bool operator==(const FieldProtection&, const FieldProtection&) = default;
};

/// What was counted while how much went by.
struct FieldExposure {
  int64_t frames_expected = 0;
  int64_t frames_lost = 0;
  int64_t callbacks = 0;
  int64_t glitches = 0;
  int64_t gap_us_max = 0;
  int64_t gap_us_sum = 0;      ///< Each gap counts 1 s at most.
  int64_t late_callbacks = 0;  ///< Begun more than a block after they were due.

  friend bool operator==(const FieldExposure&, const FieldExposure&) = default;
};

/// Rises of counters over the session.
struct FieldFaults {
  int64_t rt_major = 0;
  int64_t rt_minor = 0;
  int64_t swap_in_pages = 0;
  int64_t swap_out_pages = 0;
  int64_t psi_mem_some_us = 0;

  friend bool operator==(const FieldFaults&, const FieldFaults&) = default;
};

/// One report of a session.
struct FieldReport {
  std::string id;  ///< report_id().
  FieldApp app;
  std::string install;  ///< 16 hex digits, random.
  Consent consent = Consent::kBasic;
  int64_t sample_weight = 1;  ///< Clean sessions that this one stands for; 1 when it glitched.
  FieldSession session;
  FieldSystem system;
  FieldAudio audio;
  FieldProtection protection;
  FieldExposure exposure;
  std::vector<ExposureCell> cells;
  FieldFaults faults;
  std::vector<FieldGlitch> glitches;
  int64_t glitches_dropped = 0;
  std::string library;  ///< Who wrote it: "holdfast 0.1.0".

  friend bool operator==(const FieldReport&, const FieldReport&) = default;
};

/// The wish that everything of an install be deleted.
struct DeletionRequest {
  std::string id;
  FieldApp app;
  std::string install;
  std::string library;
};

inline constexpr size_t kReportIdBytes = 10;
/// A UUID of version 7 (RFC 9562, 5.7) whose time is the full hour: ids sort by time, and tell no
/// more of it than the report does. `random`: fresh for each report.
std::string report_id(int64_t hour, const std::array<uint8_t, kReportIdBytes>& random);

/// `text` as the schema allows names and versions: lower case, what is none of [a-z0-9._-] becomes
/// "-", at most 64 characters; "unknown" for nothing.
std::string field_word(std::string_view text);

/// `text` as the schema allows names of files and symbols: what is not printable ASCII becomes "?",
/// and it ends after `most` characters.
std::string field_text(std::string_view text, size_t most);

}  // namespace holdfast
