// SPDX-License-Identifier: MIT
#include "rt/gap_detector.h"

#include "rt/fingerprint.h"

namespace holdfast {

HF_RT_TEXT DetectedBlock GapDetector::place(Block& block, Samples samples) HF_REALTIME {
  if (samples.planes != nullptr) fingerprint(block, samples);
  const Frames missing_before = timeline_.totals().missing;
  DetectedBlock detected;
  detected.placement = timeline_.place(block);
  detected.missing = timeline_.totals().missing - missing_before;
  if (detected.placement.has_closed_gap) gaps_->push(timeline_.closed_gap());
  return detected;
}

void GapDetector::finish() {
  while (timeline_.finish()) gaps_->push(timeline_.closed_gap());
}

}  // namespace holdfast
