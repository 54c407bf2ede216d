// SPDX-License-Identifier: MIT
#include "audio/alsa_pcm.h"

#include <algorithm>
#include <utility>

#include "audio/alsa_names.h"

namespace holdfast::audio {
namespace {

struct KnownFormat {
  snd_pcm_format_t theirs;
  SampleFormat ours;
};
/// The first that the device has. Its own resolution is in none of them lost, save the lower 8 bits
/// of 32, which no converter has.
constexpr KnownFormat kFormats[] = {{SND_PCM_FORMAT_FLOAT_LE, SampleFormat::kFloat32},
                                    {SND_PCM_FORMAT_S32_LE, SampleFormat::kInt32},
                                    {SND_PCM_FORMAT_S24_LE, SampleFormat::kInt24},
                                    {SND_PCM_FORMAT_S24_3LE, SampleFormat::kInt24Packed},
                                    {SND_PCM_FORMAT_S16_LE, SampleFormat::kInt16}};
constexpr snd_pcm_access_t kMapped[] = {SND_PCM_ACCESS_MMAP_INTERLEAVED,
                                        SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
                                        SND_PCM_ACCESS_MMAP_COMPLEX};

Error refused_setting(const AlsaPcm& pcm, const char* setting, int refused) {
  return unavailable("ALSA: '" + pcm.name + "' cannot be set up (" + setting + ": " +
                     snd_strerror(refused) +
                     "); try --device 'alsa:plughw:...', which converts, or "
                     "see what it can with `arecord -D '" +
                     pcm.name + "' --dump-hw-params -d 1`");
}

/// ALSA prints on its own, to stderr; each refusal becomes a sentence of ours.
void ignore(const char* /*file*/, int /*line*/, const char* /*function*/, int /*code*/,
            const char* /*format*/, ...) {}

bool set_mapped(AlsaPcm& pcm, snd_pcm_hw_params_t* params) {
  return std::any_of(std::begin(kMapped), std::end(kMapped), [&](snd_pcm_access_t access) {
    return snd_pcm_hw_params_set_access(pcm.handle.get(), params, access) >= 0;
  });
}

Result<> set_access(AlsaPcm& pcm, snd_pcm_hw_params_t* params) {
  if (pcm.access == AlsaAccess::kMmap) {
    if (set_mapped(pcm, params)) return Done{};
    pcm.access = AlsaAccess::kReadWrite;
    pcm.limitations.emplace_back("its ring cannot be mapped: blocks are read (access=rw)");
  }
  const int refused =
      snd_pcm_hw_params_set_access(pcm.handle.get(), params, SND_PCM_ACCESS_RW_INTERLEAVED);
  if (refused < 0) return refused_setting(pcm, "interleaved read access", refused);
  return Done{};
}

Result<> set_sample_format(AlsaPcm& pcm, snd_pcm_hw_params_t* params) {
  int refused = 0;
  for (const KnownFormat& format : kFormats) {
    refused = snd_pcm_hw_params_set_format(pcm.handle.get(), params, format.theirs);
    if (refused < 0) continue;
    pcm.sample = format.ours;
    return Done{};
  }
  return refused_setting(pcm, "16, 24 or 32 bit or float samples", refused);
}

Result<> set_stream_format(AlsaPcm& pcm, snd_pcm_hw_params_t* params, const StreamFormat& asked,
                           int64_t ring_blocks) {
  snd_pcm_t* const handle = pcm.handle.get();
  auto channels = static_cast<unsigned>(asked.channels);
  auto rate = static_cast<unsigned>(asked.rate_hz);
  auto block = static_cast<snd_pcm_uframes_t>(asked.block_frames);
  snd_pcm_hw_params_set_rate_resample(handle, params, 0);  // a converter would hide the card's rate
  if (const int refused = snd_pcm_hw_params_set_channels_near(handle, params, &channels);
      refused < 0) {
    return refused_setting(pcm, "channels", refused);
  }
  if (const int refused = snd_pcm_hw_params_set_rate_near(handle, params, &rate, nullptr);
      refused < 0) {
    return refused_setting(pcm, "rate", refused);
  }
  if (const int refused = snd_pcm_hw_params_set_period_size_near(handle, params, &block, nullptr);
      refused < 0) {
    return refused_setting(pcm, "block size", refused);
  }
  auto ring = block * static_cast<snd_pcm_uframes_t>(ring_blocks);
  if (const int refused = snd_pcm_hw_params_set_buffer_size_near(handle, params, &ring);
      refused < 0) {
    return refused_setting(pcm, "ring size", refused);
  }
  return Done{};
}

/// What it grants may differ from what was asked for even now.
Result<> read_granted(AlsaPcm& pcm, snd_pcm_hw_params_t* params) {
  unsigned channels = 0;
  unsigned rate = 0;
  snd_pcm_uframes_t block = 0;
  snd_pcm_uframes_t ring = 0;
  snd_pcm_hw_params_get_channels(params, &channels);
  snd_pcm_hw_params_get_rate(params, &rate, nullptr);
  snd_pcm_hw_params_get_period_size(params, &block, nullptr);
  snd_pcm_hw_params_get_buffer_size(params, &ring);
  pcm.format = {rate, static_cast<int64_t>(block), channels};
  pcm.ring = {Frames(static_cast<int64_t>(ring)), Frames(pcm.format.block_frames), Frames(0)};
  const bool is_coarse = snd_pcm_hw_params_is_batch(params) != 0;
  if (is_coarse && pcm.ring.size.count >= 3 * pcm.format.block_frames) {
    pcm.ring.granularity = pcm.ring.block;
  }
  if (is_coarse) {
    pcm.limitations.emplace_back(
        "its driver tells the position in coarse steps (batch): the newest block of the ring is "
        "not relied on, and due times are as coarse");
  }
  if (pcm.ring.size < pcm.ring.block * 2) {
    return refused_setting(pcm, "a ring of two blocks or more", -EINVAL);
  }
  return check(pcm.format);
}

/// An overrun must not stop the device: with the boundary as threshold it never comes to that.
Result<> set_behaviour(AlsaPcm& pcm) {
  snd_pcm_t* const handle = pcm.handle.get();
  snd_pcm_sw_params_t* params = nullptr;
  snd_pcm_sw_params_alloca(&params);
  snd_pcm_uframes_t boundary = 0;
  snd_pcm_sw_params_current(handle, params);
  snd_pcm_sw_params_get_boundary(params, &boundary);
  snd_pcm_sw_params_set_start_threshold(handle, params, boundary);
  snd_pcm_sw_params_set_stop_threshold(handle, params, boundary);
  snd_pcm_sw_params_set_avail_min(handle, params,
                                  static_cast<snd_pcm_uframes_t>(pcm.format.block_frames));
  const int refused = snd_pcm_sw_params(handle, params);
  if (refused < 0) return refused_setting(pcm, "to go on after an overrun", refused);
  return Done{};
}

struct CloseOutput {
  void operator()(snd_output_t* output) const { snd_output_close(output); }
};

/// The first line of each layer that ALSA's own description has: "Plug PCM: ...", "Slave: ...".
std::string chain_of(snd_pcm_t* handle) {
  snd_output_t* opened = nullptr;
  if (snd_output_buffer_open(&opened) < 0) return "";
  const std::unique_ptr<snd_output_t, CloseOutput> output(opened);
  snd_pcm_dump(handle, opened);
  char* begin = nullptr;
  const size_t size = snd_output_buffer_string(opened, &begin);
  std::string_view text(begin, size);
  std::string chain = snd_pcm_type_name(snd_pcm_type(handle));
  for (size_t at = 0; (at = text.find("Slave: ", at)) != std::string_view::npos; at++) {
    const std::string_view line = text.substr(at + 7);
    chain += " > " + std::string(line.substr(0, line.find('\n')));
  }
  return chain;
}

void describe(AlsaPcm& pcm) {
  pcm.is_hardware = snd_pcm_type(pcm.handle.get()) == SND_PCM_TYPE_HW;
  pcm.chain = pcm.is_hardware ? "hardware" : chain_of(pcm.handle.get());
  if (pcm.is_hardware) return;
  pcm.limitations.push_back(
      "'" + pcm.name + "' is a plugin (" + pcm.chain +
      "): what is lost behind it does not show in its counter; only the clock bounds it, and only "
      "from some hundred microseconds on. Record from hw:... for exact counts");
}

}  // namespace

Result<AlsaPcm> open_alsa_pcm(const AlsaOptions& options, const StreamFormat& format) {
  snd_lib_error_set_handler(&ignore);
  AlsaPcm pcm;
  pcm.name = options.pcm;
  if (pcm.name.empty()) {
    HF_TRY_ASSIGN(pcm.name, first_alsa_capture());
  }
  pcm.access = options.access;
  snd_pcm_t* opened = nullptr;
  const int refused =
      snd_pcm_open(&opened, pcm.name.c_str(), SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK);
  if (refused < 0) return alsa_refusal(pcm.name, refused);
  pcm.handle.reset(opened);
  if (snd_pcm_type(opened) == SND_PCM_TYPE_NULL) {
    return unavailable("ALSA: '" + pcm.name +
                       "' has no clock; --device virtual:clock=fake is as fast");
  }
  snd_pcm_hw_params_t* params = nullptr;
  snd_pcm_hw_params_alloca(&params);
  if (const int none = snd_pcm_hw_params_any(opened, params); none < 0) {
    return refused_setting(pcm, "it offers nothing", none);
  }
  HF_TRY(set_access(pcm, params));
  HF_TRY(set_sample_format(pcm, params));
  HF_TRY(set_stream_format(pcm, params, format, options.ring_blocks));
  if (const int failed = snd_pcm_hw_params(opened, params); failed < 0) {
    return failed == -EBUSY ? alsa_refusal(pcm.name, failed)
                            : refused_setting(pcm, "all together", failed);
  }
  HF_TRY(read_granted(pcm, params));
  HF_TRY(set_behaviour(pcm));
  describe(pcm);
  return pcm;
}

std::vector<MemoryRange> mapped_ring(const AlsaPcm& pcm) {
  std::vector<MemoryRange> ranges;
  if (pcm.is_hardware || pcm.access != AlsaAccess::kMmap) return ranges;
  const snd_pcm_channel_area_t* areas = nullptr;
  snd_pcm_uframes_t offset = 0;
  snd_pcm_uframes_t frames = 0;
  if (snd_pcm_mmap_begin(pcm.handle.get(), &areas, &offset, &frames) < 0) return ranges;
  const void* before = nullptr;
  for (uint32_t i = 0; i < pcm.format.channels; i++) {
    if (areas[i].addr == nullptr || areas[i].addr == before) continue;  // interleaved: one for all
    before = areas[i].addr;
    const size_t size_bytes = areas[i].step / 8 * static_cast<size_t>(pcm.ring.size.count);
    ranges.push_back({reinterpret_cast<uintptr_t>(before), size_bytes, "ring"});
  }
  return ranges;
}

}  // namespace holdfast::audio
