// SPDX-License-Identifier: MIT
// What a ring that the device never stops writing into still holds for a reader who is late. The
// device says how many frames it has written beyond the reader's place; more than the ring has
// room for means that the oldest are overwritten, and exactly how many.
#pragma once

#include "base/quantity.h"
#include "base/realtime.h"

namespace holdfast::audio {

/// The ring of one capture stream. Pure.
struct CaptureRing {
  Frames size;         ///< Frames it keeps; two blocks or more.
  Frames block;        ///< Frames of one block.
  Frames granularity;  ///< The device's counter may lag behind what it writes by so much.

  /// How many frames the reader must skip, when `written` frames lie beyond its place: those that
  /// are overwritten, and half a block or more besides, so that the writer is not right behind the
  /// reader again. Whole blocks: the device wakes us at the ends of its blocks, and whoever reads
  /// in between is late for ever. 0 while all is there. RT safe.
  [[nodiscard]] Frames to_skip(Frames written) const HF_REALTIME;

  /// Was the block that begins at the reader's place overwritten, when `written` frames lie beyond
  /// that place after it was copied? RT safe.
  [[nodiscard]] bool is_torn(Frames written) const HF_REALTIME;

  /// How many frames the device has to write until is_torn(), when `written` are there. RT safe.
  [[nodiscard]] Frames room(Frames written) const HF_REALTIME;
};

}  // namespace holdfast::audio
