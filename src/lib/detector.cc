// SPDX-License-Identifier: MIT
// Counting what is lost: the part of the C interface that the audio thread calls for every block.
#include <bit>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "lib/border.h"
#include "lib/stream_block.h"
#include "lib/whole_pages.h"
#include "rt/gap_detector.h"

/// The detector and, right behind it in the same pages, the room for its losses.
struct hf_gap_detector {
  hf_gap_detector(int64_t rate_hz, holdfast::PositionSource source, std::span<holdfast::Gap> room,
                  size_t all_bytes)
      : losses(room), detector(rate_hz, source, &losses), size_bytes(all_bytes) {}

  holdfast::Ring<holdfast::Gap> losses;
  holdfast::GapDetector detector;
  size_t size_bytes;
};

namespace holdfast::lib {
namespace {

constexpr uint32_t kUsualLosses = 1024;
constexpr uint32_t kMostLosses = 1U << 20;

hf_gap_detector* make(int64_t rate_hz, PositionSource source, uint32_t capacity) {
  const size_t count = std::bit_ceil(size_t{capacity});
  const size_t wanted_bytes = sizeof(hf_gap_detector) + count * sizeof(Gap);
  const size_t all_bytes = whole_pages(wanted_bytes);
  std::byte* const memory = allocate_pages(all_bytes);
  auto* slots = reinterpret_cast<Gap*>(memory + sizeof(hf_gap_detector));
  std::uninitialized_default_construct_n(slots, count);
  return new (memory) hf_gap_detector(rate_hz, source, {slots, count}, all_bytes);
}

Result<> create(const hf_gap_detector_options* given, hf_gap_detector** detector) {
  if (detector == nullptr) return usage("`detector` is NULL");
  *detector = nullptr;
  HF_TRY_ASSIGN(const hf_gap_detector_options options, read_struct(given));
  HF_TRY_ASSIGN(const PositionSource source, position_source_of(options.position_source));
  HF_TRY(check_rate(options.rate_hz));
  if (options.capacity > kMostLosses) return usage("`capacity` is more than 1048576");
  *detector =
      make(options.rate_hz, source, options.capacity != 0 ? options.capacity : kUsualLosses);
  return Done{};
}

HF_RT_INLINE hf_placement placement_of(const DetectedBlock& detected) {
  hf_placement placement = {};
  placement.at = detected.placement.at.count;
  placement.missing = detected.missing.count;
  placement.is_placed = detected.placement.is_placed ? 1 : 0;
  placement.is_twin = detected.placement.is_twin ? 1 : 0;
  placement.moved_from = detected.placement.relocated_from.count;
  placement.moved_by = detected.placement.relocated_by.count;
  return placement;
}

HF_RT_TEXT int place(hf_gap_detector* detector, const hf_block* given,
                     hf_placement* into) noexcept {
  hf_block known;
  hf_placement placement;
  if (detector == nullptr || !take(known, given) || !is_sensible(known)) return HF_ERROR_USAGE;
  if (into != nullptr && !take(placement, into)) return HF_ERROR_USAGE;
  Block block = block_of(known);
  const DetectedBlock detected = detector->detector.place(block, {known.planes, known.channels});
  if (into != nullptr) give(placement_of(detected), into);
  return HF_OK;
}

HF_RT_TEXT int next(hf_gap_detector* detector, hf_loss* into) noexcept {
  hf_loss loss;
  Gap gap;
  if (detector == nullptr || !take(loss, into)) return HF_ERROR_USAGE;
  if (detector->losses.pop({&gap, 1}) == 0) return 0;
  loss.position = gap.position.count;
  loss.missing_frames = gap.missing.count;
  loss.error_frames = gap.error.count;
  loss.due_ns = gap.due.count;
  loss.woke_ns = gap.woke.count;
  loss.epoch = gap.epoch;
  loss.source = static_cast<uint32_t>(gap.source);
  loss.is_exact = gap.is_exact ? 1 : 0;
  give(loss, into);
  return 1;
}

HF_RT_TEXT int read_totals(const hf_gap_detector* detector, hf_stream_totals* into) noexcept {
  hf_stream_totals totals;
  if (detector == nullptr || !take(totals, into)) return HF_ERROR_USAGE;
  const Totals& known = detector->detector.totals();
  totals.elapsed_frames = known.elapsed.count;
  totals.received_frames = known.received.count;
  totals.missing_frames = known.missing.count;
  totals.losses = known.gaps;
  totals.blocks = known.blocks;
  totals.twins = known.twins;
  totals.without_data = known.without_data;
  totals.torn = known.torn;
  totals.restarts = known.restarts;
  totals.losses_not_kept = static_cast<int64_t>(detector->losses.dropped());
  give(totals, into);
  return HF_OK;
}

}  // namespace
}  // namespace holdfast::lib

int hf_gap_detector_create(const hf_gap_detector_options* options,
                           hf_gap_detector** detector) noexcept {
  return holdfast::lib::guarded([&] { return holdfast::lib::create(options, detector); });
}

void hf_gap_detector_destroy(hf_gap_detector* detector) noexcept {
  if (detector == nullptr) return;
  detector->~hf_gap_detector();
  holdfast::lib::free_pages(detector);
}

HF_RT_TEXT int hf_gap_detector_place(hf_gap_detector* detector, const hf_block* block,
                                     hf_placement* placement) HF_NONBLOCKING {
  return holdfast::lib::place(detector, block, placement);
}

HF_RT_TEXT int hf_gap_detector_next(hf_gap_detector* detector, hf_loss* loss) HF_NONBLOCKING {
  return holdfast::lib::next(detector, loss);
}

HF_RT_TEXT int hf_gap_detector_totals(const hf_gap_detector* detector,
                                      hf_stream_totals* totals) HF_NONBLOCKING {
  return holdfast::lib::read_totals(detector, totals);
}

int hf_gap_detector_finish(hf_gap_detector* detector) noexcept {
  if (detector == nullptr) return HF_ERROR_USAGE;
  detector->detector.finish();
  return HF_OK;
}

hf_range hf_gap_detector_memory(const hf_gap_detector* detector) noexcept {
  if (detector == nullptr) return {};
  return {detector, detector->size_bytes};
}
