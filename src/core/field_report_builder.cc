// SPDX-License-Identifier: MIT
#include "core/field_report_builder.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/byte_size.h"
#include "core/field_glitch.h"

namespace holdfast {
namespace {

constexpr Nanos kDay = kSecond * 86'400;
constexpr Nanos kMostGap = kSecond;       // one gap is not an hour of glitch
constexpr Nanos kLeastSuspend = kSecond;  // shorter ones are stalls, and count as exposure
constexpr int64_t kLargest = int64_t{1} << 61;
constexpr int64_t kSwapPageBytes = 4096;
constexpr int64_t kMostChannels = 4096;
constexpr size_t kMostLibraryBytes = 64;
constexpr int64_t kMostPauses = 10'000;
constexpr int64_t kMostCount = int64_t{1} << 40;

bool is_time(int64_t ns) {
  return ns >= -kLargest && ns <= kLargest;
}

std::string_view device_word(std::string_view device) {
  return device.substr(0, device.find(':'));
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The kind of device, as far as its name gives it away.
std::string device_class_of(const std::string& device) {
  if (device_word(device) == "virtual") return "virtual";
  std::string lower = device;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (has(lower, "usb")) return "usb";
  if (has(lower, "hdmi")) return "hdmi";
  if (has(lower, "bluez")) return "bluetooth";
  return "unknown";
}

FieldAudio audio_of(const SessionInfo& info) {
  FieldAudio audio;
  audio.backend = field_word(device_word(info.device));
  audio.device_class = device_class_of(info.device);
  audio.rate_hz = info.rate_hz;
  audio.buffer_frames = info.block_frames;
  audio.channels = std::clamp<int64_t>(info.channels, 1, kMostChannels);
  const std::string_view scheduling = info.scheduling;
  const std::string_view policy = scheduling.substr(0, scheduling.find(' '));
  if (policy == "SCHED_FIFO") audio.rt_policy = "fifo";
  if (policy == "SCHED_RR") audio.rt_policy = "rr";
  if (policy == "SCHED_DEADLINE") audio.rt_policy = "deadline";
  if (audio.rt_policy == "other" || policy.size() == scheduling.size()) return audio;
  const std::string_view number = scheduling.substr(policy.size() + 1);
  int64_t priority = 0;
  std::from_chars(number.data(), number.data() + number.size(), priority);
  audio.rt_priority = std::clamp<int64_t>(priority, 0, 99);
  return audio;
}

FieldSystem system_of(const MachineLine& machine, const SessionInfo& info) {
  FieldSystem system;
  system.os = field_word(machine.system);
  system.os_version = field_word(machine.release);
  system.arch = field_word(machine.arch);
  system.cpus = std::max<int64_t>(machine.processors, 1);
  system.ram_mib = machine.memory_bytes / kMebibyte;
  system.swap_mib = std::max<int64_t>(info.swap_bytes, 0) / kMebibyte;
  return system;
}

FieldProtection protection_of(const SessionInfo& info) {
  FieldProtection protection;
  const bool is_locked = info.locked_bytes > 0;
  protection.arm = is_locked ? "parts" : "none";
  protection.locked_kib = info.locked_bytes / kKibibyte;
  protection.memlock_limit_kib = info.lock_limit_bytes == INT64_MAX
                                     ? -1
                                     : std::max<int64_t>(info.lock_limit_bytes, 0) / kKibibyte;
  protection.is_text_locked = is_locked;
  protection.is_stack_locked = is_locked;
  return protection;
}

std::string end_of(std::optional<int64_t> reason) {
  if (!reason) return "crash";
  return *reason == static_cast<int64_t>(EndReason::kDeviceGone) ? "device_lost" : "clean";
}

int64_t hour_of(Nanos utc) {
  return std::max<int64_t>(utc.count / (kSecond.count * 3600), 0);
}

/// Whole seconds for each cell that add up to `seconds`: those with the largest remainders are
/// rounded up (Hamilton's method).
std::vector<ExposureCell> rounded(const std::array<std::array<Nanos, kLoadBins>, kLoadBins>& times,
                                  std::vector<ExposureCell> cells, int64_t seconds) {
  std::vector<std::pair<int64_t, size_t>> remainders;
  for (size_t i = 0; i < cells.size(); ++i) {
    const auto& row = times[static_cast<size_t>(cells[i].cpu_bin)];
    const Nanos time = row[static_cast<size_t>(cells[i].mem_bin)];
    cells[i].seconds = time.count / kSecond.count;
    seconds -= cells[i].seconds;
    remainders.emplace_back(-(time.count % kSecond.count), i);
  }
  std::sort(remainders.begin(), remainders.end());
  for (const auto& [rest, i] : remainders) {
    if (seconds-- > 0 && rest < 0) ++cells[i].seconds;
  }
  std::erase_if(cells,
                [](const ExposureCell& cell) { return cell.seconds == 0 && cell.glitches == 0; });
  return cells;
}

}  // namespace

void FieldReportBuilder::Counter::add(int64_t value) {
  if (value < 0) return;
  if (first < 0) first = value;
  last = value;
}

int64_t FieldReportBuilder::Counter::rise() const {
  return std::max<int64_t>(last - first, 0);
}

FieldReportBuilder::FieldReportBuilder(const SessionInfo& info)
    : info_(info),
      machine_(parse_machine_line(info.machine)),
      judge_(info, [this](const Glitch& glitch) { take_glitch(glitch); }),
      load_(machine_.memory_bytes) {}

void FieldReportBuilder::take(std::span<const Record> records) {
  for (const Record& record : records) {
    if (is_cut_) return;
    take_one(record);
    if (!is_cut_) judge_.take({&record, 1});
  }
}

void FieldReportBuilder::take_one(const Record& record) {
  if (!is_time(record.head.mono_ns)) return;
  switch (record.head.kind) {
    case RecordKind::kBlock:
      return take_block(record_cast<BlockRecord>(record));
    case RecordKind::kDropped: {
      const auto dropped = record_cast<DroppedRecord>(record);
      const bool is_count = dropped.gaps >= 0 && dropped.gaps <= kMostCount;
      if (is_count && is_time(dropped.last_due_ns)) {
        count_glitches(Nanos(dropped.last_due_ns), dropped.gaps);
      }
      return;
    }
    case RecordKind::kFaults: {
      const auto faults = record_cast<FaultsRecord>(record);
      has_own_faults_ = true;
      major_ = {0, std::clamp<int64_t>(faults.major, 0, kMostCount)};
      minor_ = {0, std::clamp<int64_t>(faults.minor, 0, kMostCount)};
      return;
    }
    case RecordKind::kThreadUse:
      return take_use(record_cast<ThreadUseRecord>(record));
    case RecordKind::kMemory:
      return take_memory(record_cast<MemoryRecord>(record));
    case RecordKind::kProcessors:
      return load_.add(record_cast<ProcessorsRecord>(record));
    case RecordKind::kPause:
      return take_pause(record_cast<PauseRecord>(record));
    case RecordKind::kEnd:
      end_reason_ = record_cast<EndRecord>(record).reason;
      return;
    default:
      return;
  }
}

void FieldReportBuilder::take_block(const BlockRecord& record) {
  if (!is_time(record.due_ns) || record.frames == 0) return;
  const Nanos length = duration_of(Frames(record.frames), info_.rate_hz);
  const Nanos due(record.due_ns);
  if (!begin_) {
    begin_ = due - length;
    last_due_ = due;
    load_.begin(*begin_);
  }
  if (due - *begin_ > kDay) {
    is_cut_ = true;
    end_reason_ = static_cast<int64_t>(EndReason::kFinished);
    return;
  }
  last_due_ = std::max(last_due_, due);
  if (Nanos(record.head.mono_ns) - due > length) ++late_callbacks_;
}

void FieldReportBuilder::take_memory(const MemoryRecord& record) {
  load_.add(record);
  swapped_in_.add(std::min(record.swapped_in_bytes, kLargest));
  swapped_out_.add(std::min(record.swapped_out_bytes, kLargest));
  stalled_.add(std::min(record.stalled_some_ns, kLargest));
}

/// Of another program's thread, whose counters began before the session did.
void FieldReportBuilder::take_use(const ThreadUseRecord& record) {
  if (record.thread != info_.observed_thread || has_own_faults_) return;
  major_.add(std::min(record.major, kMostCount));
  minor_.add(std::min(record.minor, kMostCount));
}

void FieldReportBuilder::take_pause(const PauseRecord& record) {
  const bool is_host = (record.head.flags & kPauseIsHost) != 0;
  if (!is_host || !is_time(record.end_ns)) return;
  const Pause pause = {Nanos(record.head.mono_ns), Nanos(record.end_ns)};
  if (pause.end - pause.begin < kLeastSuspend) return;
  const bool is_after = pauses_.empty() || pause.begin >= pauses_.back().end;
  if (is_after && std::ssize(pauses_) < kMostPauses) pauses_.push_back(pause);
}

int64_t FieldReportBuilder::second_of(Nanos at) const {
  const Nanos last = std::max(last_due_ - Nanos(1), *begin_);
  return (std::clamp(at, *begin_, last) - *begin_).count / kSecond.count;
}

void FieldReportBuilder::count_glitches(Nanos at, int64_t glitches) {
  if (!begin_ || glitches <= 0) return;
  glitches_of_second_[second_of(at)] += glitches;
  glitches_ += glitches;
}

void FieldReportBuilder::take_glitch(const Glitch& glitch) {
  if (!begin_) return;
  count_glitches(glitch.gap.due, 1);
  FieldGlitch field = field_glitch_of(glitch, info_.rate_hz);
  gap_us_max_ = std::max(gap_us_max_, field.gap_us);
  gap_us_sum_ += std::min(field.gap_us, kMostGap.count / kMicrosecond.count);
  if (listed_.size() >= kMostFieldGlitches) return;
  field.t_ms = std::max((glitch.gap.due - *begin_).count / kMillisecond.count, int64_t{0});
  listed_.push_back(std::move(field));
}

Nanos FieldReportBuilder::suspended_within(Nanos from, Nanos to) const {
  Nanos sum;
  for (const Pause& pause : pauses_) {
    const Nanos begin = std::max(pause.begin, from);
    const Nanos end = std::min(pause.end, to);
    if (end > begin) sum += end - begin;
  }
  return sum;
}

FieldSession FieldReportBuilder::session() const {
  FieldSession session;
  session.start_hour =
      hour_of(*begin_ + Nanos(std::clamp(info_.utc_minus_mono_ns, -kLargest, kLargest)));
  session.duration_ms = (end() - *begin_).count / kMillisecond.count;
  session.suspended_ms = suspended_within(*begin_, end()).count / kMillisecond.count;
  session.end = end_of(end_reason_);
  return session;
}

FieldExposure FieldReportBuilder::exposure() const {
  const Totals& totals = judge_.summary().totals;
  FieldExposure exposure;
  exposure.frames_expected = totals.elapsed.count;
  exposure.frames_lost = totals.missing.count;
  exposure.callbacks = totals.blocks;
  exposure.glitches = glitches_;
  exposure.gap_us_max = gap_us_max_;
  exposure.gap_us_sum = gap_us_sum_;
  exposure.late_callbacks = late_callbacks_;
  return exposure;
}

FieldFaults FieldReportBuilder::faults() const {
  FieldFaults faults;
  faults.rt_major = major_.rise();
  faults.rt_minor = minor_.rise();
  faults.swap_in_pages = swapped_in_.rise() / kSwapPageBytes;
  faults.swap_out_pages = swapped_out_.rise() / kSwapPageBytes;
  faults.psi_mem_some_us = stalled_.rise() / kMicrosecond.count;
  return faults;
}

std::vector<ExposureCell> FieldReportBuilder::cells(int64_t seconds) const {
  std::array<std::array<Nanos, kLoadBins>, kLoadBins> times = {};
  std::array<std::array<int64_t, kLoadBins>, kLoadBins> glitches = {};
  const int64_t last = second_of(end());
  for (int64_t second = 0; second <= last; ++second) {
    const auto cpu = static_cast<size_t>(load_bin(*load_.cpu_percent(second)));
    const auto mem = static_cast<size_t>(load_bin(*load_.memory_percent(second)));
    const Nanos from = *begin_ + kSecond * second;
    const Nanos to = std::min(from + kSecond, end());
    times[cpu][mem] += to - from - suspended_within(from, to);
    const auto found = glitches_of_second_.find(second);
    if (found != glitches_of_second_.end()) glitches[cpu][mem] += found->second;
  }
  std::vector<ExposureCell> cells;
  for (int cpu = 0; cpu < kLoadBins; ++cpu) {
    for (int mem = 0; mem < kLoadBins; ++mem) {
      const auto row = static_cast<size_t>(cpu);
      const auto column = static_cast<size_t>(mem);
      if (times[row][column] == Nanos() && glitches[row][column] == 0) continue;
      cells.push_back({cpu, mem, 0, glitches[row][column]});
    }
  }
  return rounded(times, std::move(cells), seconds);
}

GlitchHistory FieldReportBuilder::history(int64_t second) const {
  GlitchHistory history;
  history.before = std::min(second, kHistoryBefore);
  const int64_t last = std::min(second + kHistoryAfter, second_of(end()));
  for (int64_t at = second - history.before; at <= last; ++at) {
    history.cpu.push_back(*load_.cpu_percent(at));
    history.mem.push_back(*load_.memory_percent(at));
  }
  return history;
}

Result<FieldReport> FieldReportBuilder::finish() {
  judge_.finish();
  if (!begin_ || end() <= *begin_) {
    return Error{ErrorKind::kBadData, 0, "the trace has no block of sound to report"};
  }
  if (!load_.cpu_percent(0) || !load_.memory_percent(0)) {
    return Error{ErrorKind::kBadData, 0,
                 "the trace does not tell how busy the machine was (simulated time, or --observe "
                 "none): a report of it would say nothing"};
  }
  FieldReport report;
  report.session = session();
  report.system = system_of(machine_, info_);
  report.audio = audio_of(info_);
  report.protection = protection_of(info_);
  report.exposure = exposure();
  const int64_t exposed_ms = report.session.duration_ms - report.session.suspended_ms;
  report.cells = cells((exposed_ms + 500) / 1000);
  report.faults = faults();
  report.glitches = std::move(listed_);
  for (FieldGlitch& glitch : report.glitches) {
    glitch.t_ms = std::min(glitch.t_ms, report.session.duration_ms);
    glitch.history = history(second_of(*begin_ + kMillisecond * glitch.t_ms));
  }
  report.glitches_dropped = glitches_ - std::ssize(report.glitches);
  report.library = field_text(info_.program, kMostLibraryBytes);
  return report;
}

}  // namespace holdfast
