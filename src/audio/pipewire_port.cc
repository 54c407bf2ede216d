// SPDX-License-Identifier: MIT
#include "audio/pipewire_port.h"

#include <spa/buffer/buffer.h>

namespace holdfast::audio {
namespace {

const void* memory_of(const pw_buffer& buffer) {
  return buffer.buffer->n_datas > 0 ? buffer.buffer->datas[0].data : nullptr;
}

}  // namespace

void PipewirePortBuffers::add(const pw_buffer& buffer) {
  if (mixed_count < mixed.size()) mixed[mixed_count++] = memory_of(buffer);
}

/// The buffer may bear the source's memory by now. New ones follow, all at once.
void PipewirePortBuffers::remove(const pw_buffer& /*buffer*/) {
  mixed_count = 0;
  has_passed = false;
}

HF_RT_TEXT const float* PipewirePortBuffers::read(uint32_t frames) const HF_REALTIME {
  return static_cast<const float*>(pw_filter_get_dsp_buffer(port, frames));
}

HF_RT_TEXT bool PipewirePortBuffers::is_filled(const float* samples, uint32_t frames) HF_REALTIME {
  if (samples == nullptr) return false;
  bool is_mixed = false;
  for (uint32_t i = 0; i < mixed_count; i++) is_mixed |= mixed[i] == samples;
  if (!is_mixed) {
    has_passed = true;
    return true;
  }
  if (!has_passed) return true;
  for (uint32_t i = 0; i < frames; i++) {
    if (samples[i] != 0) return true;
  }
  return false;
}

}  // namespace holdfast::audio
