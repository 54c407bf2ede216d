// SPDX-License-Identifier: MIT
#include "rt/record.h"

namespace holdfast {

HF_RT_TEXT Block to_block(const BlockRecord& record) HF_REALTIME {
  Block block;
  block.position = Frames(record.position_frames);
  block.frames = Frames(record.frames);
  block.due = Nanos(record.due_ns);
  block.woke = Nanos(record.head.mono_ns);
  block.content = record.content;
  block.epoch = record.head.epoch;
  block.is_silent = (record.head.flags & kBlockIsSilent) != 0;
  block.is_torn = (record.head.flags & kBlockIsTorn) != 0;
  block.lost_before = Frames(record.lost_before_frames);
  block.lost_error = Frames(record.lost_error_frames);
  block.source = static_cast<LossSource>(record.head.flags >> kBlockSourceShift);
  return block;
}

}  // namespace holdfast
