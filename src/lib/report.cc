// SPDX-License-Identifier: MIT
// Field reports: the C interface. The audio thread's side and its ring lie in one stretch of whole
// pages, so that it can be locked; what else a session has is behind a pointer that only others
// follow.
#include <time.h>

#include <bit>
#include <cstddef>
#include <memory>
#include <new>
#include <random>

#include "lib/border.h"
#include "lib/report_outbox.h"
#include "lib/report_thread_linux.h"
#include "lib/stream_block.h"
#include "lib/whole_pages.h"
#include "probe/clock_linux.h"
#include "probe/machine_linux.h"
#include "rt/fingerprint.h"
#include "rt/on_block.h"
#include "version.h"

namespace holdfast::lib {
namespace {

/// What the audio thread never touches.
struct Session {
  explicit Session(ReportOutbox place) : outbox(std::move(place)) {}

  ReportOutbox outbox;
  hf_report_session options = {};  ///< Without its texts.
  std::string device_class;
  std::string name;     ///< No other session has it.
  std::string install;  ///< Under which it was measured; "" for a preview without consent.
  FieldProtection protection;
  std::optional<ReportThread> thread;
  std::optional<FieldReport> report;
  std::string text;
  bool is_finished = false;
};

}  // namespace
}  // namespace holdfast::lib

/// The audio thread's side, and right behind it in the same pages its ring's slots.
struct hf_report {
  hf_report(int64_t rate_hz, holdfast::PositionSource source, std::span<holdfast::Record> room,
            size_t all_bytes, bool collects, std::unique_ptr<holdfast::lib::Session> others)
      : records(room),
        capture(rate_hz, holdfast::Frames(0), &records, nullptr, source),
        size_bytes(all_bytes),
        is_collecting(collects),
        session(std::move(others)) {}

  holdfast::Ring<holdfast::Record> records;
  holdfast::Capture capture;
  size_t size_bytes;
  bool is_collecting;
  std::unique_ptr<holdfast::lib::Session> session;
};

namespace holdfast::lib {
namespace {

constexpr uint32_t kUsualBlocks = 4096;
constexpr uint32_t kMostBlocks = 1U << 20;
constexpr uint32_t kMostBlockFrames = 1U << 20;
constexpr uint32_t kMostChannels = 4096;

constexpr const char* kDirections[] = {"capture", "playback", "duplex"};
constexpr const char* kArms[] = {"", "none", "parts", "all"};
constexpr const char* kAssigned[] = {"user", "install", "session"};

Result<> check(const hf_report_session& session) {
  HF_TRY(check_rate(session.rate_hz));
  HF_TRY(position_source_of(session.position_source));
  if (session.block_frames == 0 || session.block_frames > kMostBlockFrames) {
    return usage("`block_frames` is no length of a block");
  }
  if (session.channels > kMostChannels) return usage("`channels` is more than 4096");
  if (session.direction >= std::size(kDirections)) return usage("`direction` is not known");
  if (session.arm >= std::size(kArms)) return usage("`arm` is not known");
  if (session.assigned >= std::size(kAssigned)) return usage("`assigned` is not known");
  if (session.capacity > kMostBlocks) return usage("`capacity` is more than 1048576");
  constexpr unsigned kFlags = HF_REPORT_PREVIEW | HF_REPORT_REPAIRED;
  if ((session.flags & ~kFlags) != 0) return usage("`flags` has a bit that is not known");
  return Done{};
}

SessionInfo describe(const hf_report_session& session) {
  SessionInfo info;
  info.program = "libholdfast " HF_VERSION;
  info.device = field_word(session.backend != nullptr ? session.backend : "unknown");
  info.position_source = *position_source_of(session.position_source);
  info.rate_hz = session.rate_hz;
  info.block_frames = session.block_frames;
  info.channels = std::max(session.channels, 1U);
  info.machine = to_text(probe::this_machine());
  info.swap_bytes = probe::swap_bytes();
  info.lock_limit_bytes = probe::lock_limit_bytes();
  info.utc_minus_mono_ns = probe::utc_minus_monotonic().count;
  return info;
}

std::string new_name() {
  std::random_device chance;
  std::string name = "libholdfast";
  for (int i = 0; i < 4; ++i) name += " " + std::to_string(chance());
  return name;
}

/// What protect was told, in the report's words. Text and stack count when all of them is locked.
FieldProtection protection_of(const hf_protect_report& report) {
  const auto is_whole = [&report](int kind) {
    return report.kinds[kind].locked_bytes > 0 && report.kinds[kind].refused_bytes == 0;
  };
  FieldProtection protection;
  protection.arm = report.locked_bytes == 0 ? "none" : "parts";
  protection.locked_kib = static_cast<int64_t>(report.locked_bytes / 1024);
  protection.lock_failed_kib = static_cast<int64_t>(report.refused_bytes / 1024);
  protection.is_text_locked = is_whole(HF_KIND_PROGRAM_TEXT) && is_whole(HF_KIND_LIBRARY_TEXT);
  protection.is_stack_locked = is_whole(HF_KIND_STACK);
  return protection;
}

hf_report* make(const hf_report_session& options, std::unique_ptr<Session> session, bool collects) {
  const uint32_t wanted = options.capacity != 0 ? options.capacity : kUsualBlocks;
  const size_t count = collects ? std::bit_ceil(size_t{wanted}) : 1;
  constexpr size_t kHead =
      (sizeof(hf_report) + alignof(Record) - 1) / alignof(Record) * alignof(Record);
  const size_t wanted_bytes = kHead + count * sizeof(Record);
  const size_t all_bytes = whole_pages(wanted_bytes);
  std::byte* const memory = allocate_pages(all_bytes);
  auto* slots = reinterpret_cast<Record*>(memory + kHead);
  std::uninitialized_default_construct_n(slots, count);
  return new (memory) hf_report(options.rate_hz, *position_source_of(options.position_source),
                                {slots, count}, all_bytes, collects, std::move(session));
}

void destroy(hf_report* report) {
  report->~hf_report();
  free_pages(report);
}

Result<> create(const hf_report_program* program, const hf_report_session* given,
                hf_report** into) {
  if (into == nullptr) return usage("`report` is NULL");
  *into = nullptr;
  HF_TRY_ASSIGN(hf_report_session options, read_struct(given));
  HF_TRY(check(options));
  HF_TRY_ASSIGN(ReportOutbox outbox, ReportOutbox::open(program));
  HF_TRY_ASSIGN(const Consent consent, outbox.consent());
  const bool collects = consent != Consent::kOff || (options.flags & HF_REPORT_PREVIEW) != 0;
  auto session = std::make_unique<Session>(std::move(outbox));
  session->name = new_name();
  HF_TRY_ASSIGN(session->install, session->outbox.install());
  session->device_class =
      field_word(options.device_class != nullptr ? options.device_class : "unknown");
  const SessionInfo info = describe(options);
  options.backend = options.device_class = nullptr;
  session->options = options;
  Session& kept = *session;
  std::unique_ptr<hf_report, void (*)(hf_report*)> report(
      make(options, std::move(session), collects), &destroy);
  if (collects) {
    kept.thread.emplace(report->records, info);
    HF_TRY(kept.thread->start());
  }
  *into = report.release();
  return Done{};
}

/// The members that no record tells of.
void complete(FieldReport& report, const Session& session) {
  const hf_report_session& options = session.options;
  report.session.direction = kDirections[options.direction];
  report.audio.device_class = session.device_class;
  const int64_t limit_kib = report.protection.memlock_limit_kib;
  report.protection = session.protection;
  report.protection.memlock_limit_kib = limit_kib;
  if (options.arm != 0) report.protection.arm = kArms[options.arm];
  report.protection.assigned = kAssigned[options.assigned];
  for (FieldGlitch& glitch : report.glitches) {
    glitch.is_repaired = (options.flags & HF_REPORT_REPAIRED) != 0;
  }
}

Result<> finish(hf_report* report, int end) {
  if (report == nullptr) return usage("`report` is NULL");
  if (end != HF_END_CLEAN && end != HF_END_DEVICE_LOST) return usage("`end` is not known");
  Session& session = *report->session;
  if (!session.thread || std::exchange(session.is_finished, true)) return Done{};
  report->capture.finish();
  HF_TRY_ASSIGN(
      FieldReport made,
      session.thread->finish(end == HF_END_CLEAN ? EndReason::kFinished : EndReason::kDeviceGone));
  complete(made, session);
  session.report = std::move(made);
  return Done{};
}

Result<> give_counts(const hf_report* report, hf_report_counts* into) {
  HF_TRY_ASSIGN(hf_report_counts counts, read_struct(into));
  if (report == nullptr) return usage("`report` is NULL");
  const Session& session = *report->session;
  if (session.thread && !session.is_finished) return usage("the session is not finished");
  counts = {};
  const Totals& totals = report->capture.totals();
  counts.blocks = totals.blocks;
  counts.glitches = totals.gaps;
  counts.lost_frames = totals.missing.count;
  counts.not_kept_blocks = static_cast<int64_t>(report->records.dropped());
  if (session.thread) {
    const ReportThreadCounts& measured = session.thread->counts();
    counts.readings = measured.readings;
    counts.furthest_reading_ns = measured.furthest_reading.count;
    counts.thread_cpu_ns = measured.cpu.count;
  }
  give(counts, into);
  return Done{};
}

Result<Session*> finished(hf_report* report) {
  if (report == nullptr) return usage("`report` is NULL");
  Session& session = *report->session;
  if (session.report) return &session;
  if (!session.thread) {
    return unavailable("reports are off: nothing was measured (HF_REPORT_PREVIEW does it anyway)");
  }
  if (!session.is_finished) return usage("the session is not finished");
  return unavailable("there was nothing to report");
}

Result<> watch(hf_report* report, const hf_protect_report* given) {
  if (report == nullptr) return usage("`report` is NULL");
  Session& session = *report->session;
  if (given != nullptr) {
    HF_TRY_ASSIGN(const hf_protect_report protection, read_struct(given));
    session.protection = protection_of(protection);
  }
  return session.thread ? session.thread->watch_caller() : Result<>(Done{});
}

HF_RT_TEXT int take_block(hf_report* report, const hf_block* given) noexcept {
  hf_block known;
  if (report == nullptr || !take(known, given) || !is_sensible(known)) return HF_ERROR_USAGE;
  if (!report->is_collecting) return HF_OK;
  Block block = block_of(known);
  if (known.planes != nullptr) fingerprint(block, {known.planes, known.channels});
  report->capture.on_labelled_block(block);
  return HF_OK;
}

}  // namespace
}  // namespace holdfast::lib

int hf_report_consent(const hf_report_program* program) noexcept {
  using namespace holdfast;
  Consent consent = Consent::kOff;
  const int code = lib::guarded([&]() -> Result<> {
    HF_TRY_ASSIGN(const lib::ReportOutbox outbox, lib::ReportOutbox::open(program));
    HF_TRY_ASSIGN(consent, outbox.consent());
    return Done{};
  });
  return code == HF_OK ? static_cast<int>(consent) : code;
}

int hf_report_agree(const hf_report_program* program, const hf_report_settings* settings) noexcept {
  using namespace holdfast;
  return lib::guarded([&]() -> Result<> {
    HF_TRY_ASSIGN(const lib::ReportOutbox outbox, lib::ReportOutbox::open(program));
    HF_TRY_ASSIGN(const hf_report_settings known, lib::read_struct(settings));
    return outbox.agree(known);
  });
}

int hf_report_create(const hf_report_program* program, const hf_report_session* session,
                     hf_report** report) noexcept {
  return holdfast::lib::guarded([&] { return holdfast::lib::create(program, session, report); });
}

void hf_report_destroy(hf_report* report) noexcept {
  if (report != nullptr) holdfast::lib::destroy(report);
}

int hf_report_watch_current_thread(hf_report* report,
                                   const hf_protect_report* protection) noexcept {
  return holdfast::lib::guarded([&] { return holdfast::lib::watch(report, protection); });
}

HF_RT_TEXT int hf_report_block(hf_report* report, const hf_block* block) HF_NONBLOCKING {
  return holdfast::lib::take_block(report, block);
}

hf_range hf_report_memory(const hf_report* report) noexcept {
  if (report == nullptr) return {};
  return {report, report->size_bytes};
}

int hf_report_finish(hf_report* report, int end) noexcept {
  return holdfast::lib::guarded([&] { return holdfast::lib::finish(report, end); });
}

int hf_report_read_counts(const hf_report* report, hf_report_counts* counts) noexcept {
  return holdfast::lib::guarded([&] { return holdfast::lib::give_counts(report, counts); });
}

const char* hf_report_text(hf_report* report) noexcept {
  using namespace holdfast;
  const char* text = nullptr;
  lib::guarded([&]() -> Result<> {
    HF_TRY_ASSIGN(lib::Session* const session, lib::finished(report));
    HF_TRY_ASSIGN(session->text, session->outbox.text(*session->report, session->name));
    text = session->text.c_str();
    return Done{};
  });
  return text;
}

int hf_report_queue(hf_report* report) noexcept {
  using namespace holdfast;
  int became = HF_REPORT_OFF;
  const int code = lib::guarded([&]() -> Result<> {
    if (report != nullptr && !report->session->thread) return Done{};
    HF_TRY_ASSIGN(lib::Session* const session, lib::finished(report));
    HF_TRY_ASSIGN(const std::string install, session->outbox.install());
    // Measured under a consent that was withdrawn: to agree again is not to agree to this.
    if (!session->install.empty() && session->install != install) return Done{};
    HF_TRY_ASSIGN(became, session->outbox.queue(*session->report, session->name));
    return Done{};
  });
  return code == HF_OK ? became : code;
}

int hf_report_send(const hf_report_program* program, const hf_report_delivery* delivery,
                   hf_report_outcome* outcome) noexcept {
  using namespace holdfast;
  std::string trouble;
  const int code = lib::guarded([&]() -> Result<> {
    HF_TRY_ASSIGN(const lib::ReportOutbox outbox, lib::ReportOutbox::open(program));
    hf_report_delivery how = {};
    if (delivery != nullptr) {
      HF_TRY_ASSIGN(how, lib::read_struct(delivery));
    }
    if (outcome != nullptr) HF_TRY(lib::read_struct(outcome));
    HF_TRY_ASSIGN(const reporter::UploadOutcome came, outbox.send(how));
    trouble = came.trouble;
    if (outcome == nullptr) return Done{};
    hf_report_outcome told = {};
    told.delivered = came.delivered;
    told.refused = came.refused;
    told.waiting = came.waiting;
    told.next_try_utc_s = came.next_try_s;
    lib::give(told, outcome);
    return Done{};
  });
  if (code != HF_OK || trouble.empty()) return code;
  lib::error_text() = std::move(trouble);
  return HF_PARTLY;
}
