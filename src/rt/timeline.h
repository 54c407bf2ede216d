// SPDX-License-Identifier: MIT
// The only code that decides what is missing. Each block is placed on one continuous stream by its
// device position; a jump in position is a gap of exactly that many frames. Labels of real sound
// systems are sometimes wrong by whole blocks, so a gap stays open for a while and is corrected by
// what follows: a second block with the same label ("twin") tells whether the counter was read too
// late (nothing lost) or the data were overwritten (a block lost).
//
// The rules were learnt from recorded JACK and PipeWire runs in which every sample equals its frame
// number (tests/fixtures/recorded_runs); the test `recorded_runs` holds them to it.
#pragma once

#include <cstdint>

#include "base/quantity.h"
#include "base/realtime.h"
#include "rt/block.h"
#include "rt/counter_watch.h"

namespace holdfast {

/// Missing frames between two placed blocks.
struct Gap {
  Frames position;       ///< Stream position of the first missing frame.
  Frames missing;        ///< How many frames are missing.
  Frames error;          ///< Half-width of the bound; 0 when exact.
  Nanos due;             ///< When the first missing frame's block was due.
  Nanos woke;            ///< When the audio thread began the block after the gap.
  uint32_t epoch = 0;    ///< Epoch of the block after the gap.
  bool is_exact = true;  ///< False when a clock had to estimate it.
  LossSource source = LossSource::kClient;
};

/// How long after its due time the audio thread was back.
constexpr Nanos lateness(const Gap& gap) {
  return gap.woke - gap.due;
}

/// Where one block goes. RT safe to copy.
struct Placement {
  Frames at;               ///< Stream position of the first frame; meaningful when `is_placed`.
  bool is_placed = false;  ///< False for torn blocks and for twins without data.
  bool is_twin = false;    ///< Carries the label of the block before it.
  bool has_closed_gap = false;  ///< A gap became final: Timeline::closed_gap() has it.
  Frames relocated_from;        ///< Blocks from here on that came before this one move down ...
  Frames relocated_by;  ///< ... by this many frames, negative: up; 0 for nearly every block.
};

/// Running counts since the first block. Law: elapsed == received + missing.
struct Totals {
  Frames elapsed;            ///< From the first placed frame to the end of the last.
  Frames received;           ///< Distinct frames placed.
  Frames missing;            ///< Frames in gaps, the open one included.
  int64_t gaps = 0;          ///< Gaps, the open one included.
  int64_t blocks = 0;        ///< Blocks seen, whether placed or not.
  int64_t twins = 0;         ///< Blocks that carried the label of the block before.
  int64_t relocated = 0;     ///< Blocks moved because their label had been read too late.
  int64_t torn = 0;          ///< Blocks thrown away because the device overwrote them.
  int64_t without_data = 0;  ///< All-zero blocks recognised as "no data", not as silence.
  int64_t backward = 0;      ///< Blocks labelled before the end of what had been received.
  int64_t restarts = 0;      ///< Epochs after the first, announced or inferred.

  friend bool operator==(const Totals&, const Totals&) = default;
};

/// Places blocks. One instance per stream, one thread; the same code runs live and in replay.
class Timeline {
 public:
  /// How many blocks a gap stays correctable. Late labels were seen in chains of dozens of blocks.
  static constexpr int64_t kOpenBlocks = 256;
  /// A label this far behind or ahead is a counter that restarted without saying so.
  static constexpr Frames kRestartBackward{1 << 20};
  static constexpr Frames kRestartForward{int64_t{1} << 40};

  /// A server's counter is blind when the server itself is late: then `source` makes the clock be
  /// watched beside it.
  explicit Timeline(int64_t rate_hz, PositionSource source = PositionSource::kDeviceCounter)
      : rate_hz_(rate_hz), watch_(rate_hz), has_watch_(source == PositionSource::kServerCounter) {}

  /// Takes the next block of the stream. At most one gap becomes final per call. RT safe.
  Placement place(const Block& block) HF_REALTIME;

  /// Ends the stream: true when a gap was still open; closed_gap() has it. Call it until it says
  /// false. `moved`, when given: which blocks move at this late moment. RT safe.
  bool finish(Placement* moved = nullptr) HF_REALTIME;

  /// The gap that became final last: nothing that follows changes it. RT safe.
  [[nodiscard]] const Gap& closed_gap() const { return closed_; }

  /// No gap that can still change, or still appear, was due earlier: facts since then are needed.
  [[nodiscard]] Nanos oldest_due() const;

  /// Blocks that end here or before stay where they are, and so do the gaps between them. RT safe.
  [[nodiscard]] Frames settled() const;

  /// Counts so far. RT safe.
  [[nodiscard]] const Totals& totals() const { return totals_; }

  /// Blocks were delivered but not seen here: adopt what the audio thread itself counted, and go
  /// on after it. True when a gap was still open; closed_gap() has it. Replay only.
  bool adopt(const Totals& truth, Frames device_front, Nanos last_due);

  /// Due time of the last block placed. RT safe.
  [[nodiscard]] Nanos last_due() const { return last_.due; }

  /// Device position after the furthest frame placed in this epoch. RT safe.
  [[nodiscard]] Frames device_front() const { return front_ - shift_; }

 private:
  void begin(const Block& block);
  void begin_epoch(const Block& block, Placement& out);
  void open_gap(const Block& block, Frames missing, Placement& out);
  void close_gap(Placement& out);
  HF_RT_INLINE void advance(const Block& block);
  void place_ahead(const Block& block, Frames at, Placement& out);
  void place_twin(const Block& block, Frames at, Placement& out);
  void place_behind(const Block& block, Frames at, Placement& out);
  void fill(Frames from, Frames to);
  void drop_gap_if_empty();
  void settle_doubtful_silence(const Block& block);
  void look_at_clock(const Block& block);
  void watch(const Block& block);
  void insert_server_loss(Placement& out);

  int64_t rate_hz_;
  CounterWatch watch_;
  Totals totals_;
  Frames first_;             ///< Stream position of the first frame ever placed.
  Frames front_;             ///< End of the furthest frame placed, in stream positions.
  Frames shift_;             ///< Stream position = device position + shift_, within the epoch.
  Block last_;               ///< The block before, as labelled.
  Gap open_;                 ///< The gap that can still change.
  Gap closed_;               ///< The one before it.
  int64_t open_blocks_ = 0;  ///< Blocks placed since it opened.
  Gap suspect_;              ///< What the server may have lost; its length comes later.
  bool has_watch_;
  bool has_suspect_ = false;
  bool has_server_loss_ = false;  ///< The suspicion was right, and is to become a gap.
  bool has_open_ = false;
  bool is_chain_ = false;  ///< Nothing but consecutive blocks since the gap opened.
  bool is_begun_ = false;
  bool needs_position_only_ = false;  ///< Begun, and there is no clock to watch: most streams.
  bool is_doubtful_silence_ = false;  ///< The last block jumped, and is all zero amid sound.
};

}  // namespace holdfast
