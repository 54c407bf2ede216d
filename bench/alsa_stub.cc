// SPDX-License-Identifier: MIT
// Stands in for what the audio thread calls of libasound, where the module's own instructions are
// counted: each call costs next to nothing, and a block of 64 frames is always there. All else is
// libasound's, on its PCM "null", which needs no sound card.
#include <alsa/asoundlib.h>

namespace {

constexpr unsigned long kFrames = 64;
constexpr unsigned kChannels = 2;

float ring[kFrames * kChannels];
const snd_pcm_channel_area_t areas[kChannels] = {{ring, 0, 64}, {ring, 32, 64}};

}  // namespace

extern "C" {
snd_pcm_type_t snd_pcm_type(snd_pcm_t*) {
  return SND_PCM_TYPE_HW;
}

snd_pcm_sframes_t snd_pcm_avail(snd_pcm_t*) {
  return kFrames;
}

int snd_pcm_mmap_begin(snd_pcm_t*, const snd_pcm_channel_area_t** found, snd_pcm_uframes_t* offset,
                       snd_pcm_uframes_t*) {
  *found = areas;
  *offset = 0;
  return 0;
}

snd_pcm_sframes_t snd_pcm_mmap_commit(snd_pcm_t*, snd_pcm_uframes_t, snd_pcm_uframes_t frames) {
  return static_cast<snd_pcm_sframes_t>(frames);
}
}
