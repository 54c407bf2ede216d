// SPDX-License-Identifier: MIT
// A sound card without a kernel driver: a plugin of ALSA's library, so that `arecord` and whatever
// else speaks ALSA can record from it. Its counter is a function of CLOCK_MONOTONIC and of nothing
// else: it runs on while the program sleeps, the ring is overwritten as a real one is, and every
// sample tells its own frame number. Load it with an ALSA configuration:
//
//   pcm_type.hfcard { lib "/path/libalsa_card.so" }
//   pcm.card { type hfcard  control "/path/control"  format S16_LE  rate 48000  block_bytes 128 }
//
// All but the type may be left out. `control` is a file of one CardControl that a test writes.
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/sample_planes.h"
#include "audio/virtual_stream.h"
#include "audio/wait_linux.h"

namespace holdfast::test {
namespace {

constexpr int64_t kCopyFrames = 32;  // the clock is looked at so often while samples are copied

enum Condition : int32_t { kRuns = 0, kGone = 1, kSuspended = 2, kStandsStill = 3 };

/// What a test can do to the card while a program records from it. Frame numbers are modulo 2^24:
/// let the origin be younger than half of that.
struct CardControl {
  std::atomic<int64_t> origin_ns;  ///< CLOCK_MONOTONIC of frame 0.
  std::atomic<int32_t> condition;
  std::atomic<int32_t> slow_copies;  ///< So many copies to come take longer than the ring does.
  std::atomic<int32_t> overruns;     ///< So many times the stream stops, whatever the threshold.
  int32_t unused;
};

struct Card {
  snd_pcm_ioplug_t io = {};
  CardControl own = {};
  CardControl* control = &own;
  std::optional<audio::VirtualClock> clock;
  Frames start;    ///< Of the card's frames, the first of this stream.
  Frames stopped;  ///< Where the counter stood when it stood still last.
  Frames dropped;  ///< How many frames it did not count then.
  bool stands_still = false;
  snd_pcm_uframes_t stop_threshold = 0;
  snd_pcm_uframes_t avail_min = 1;
};

Card& card_of(snd_pcm_ioplug_t* io) {
  return *static_cast<Card*>(io->private_data);
}

/// Frames of the stream that exist now. A counter that stood still goes on where it stood: what
/// came meanwhile was lost without a trace in it, as behind a plugin.
Frames written(Card& card) {
  const Frames now = card.clock->frames_at(audio::monotonic_now()) - card.start;
  const bool runs = card.control->condition.load() == kRuns;
  if (runs && !card.stands_still) return now;
  if (!card.stands_still) {
    card.stopped = now;
    card.dropped = Frames(0);  // what lies before the last stop has long been overwritten
  }
  card.stands_still = !runs;
  if (!runs) return card.stopped;
  card.dropped = now - card.stopped;
  card.start += card.dropped;
  return card.stopped;
}

/// The number that the frame at `place` of the stream tells.
Frames told_at(const Card& card, Frames place) {
  return card.start + place - (place < card.stopped ? card.dropped : Frames(0));
}

void arm(Card& card, Frames block) {
  const Frames next = card.start + block;
  const Nanos when = card.clock->when(next);
  itimerspec timer = {};
  timer.it_value = {when.count / kSecond.count, when.count % kSecond.count};
  timerfd_settime(card.io.poll_fd, TFD_TIMER_ABSTIME, &timer, nullptr);
}

/// At the next block boundary of the device.
void arm_next(Card& card) {
  const auto block = static_cast<int64_t>(card.io.period_size);
  const Frames now = card.clock->frames_at(audio::monotonic_now()) - card.start;
  arm(card, Frames((now.count / block + 1) * block));
}

int start(snd_pcm_ioplug_t* io) {
  Card& card = card_of(io);
  if (card.control->condition.load() == kGone) return -ENODEV;
  card.clock.emplace(io->rate, 0, Nanos(card.control->origin_ns.load()));
  card.start = card.clock->frames_at(audio::monotonic_now());
  card.stopped = card.dropped = Frames(0);
  card.stands_still = false;
  arm_next(card);
  return 0;
}

int stop(snd_pcm_ioplug_t* io) {
  const itimerspec none = {};
  timerfd_settime(io->poll_fd, 0, &none, nullptr);
  return 0;
}

bool take_one(std::atomic<int32_t>& count) {
  int32_t left = count.load();
  return left > 0 && count.compare_exchange_strong(left, left - 1);
}

snd_pcm_sframes_t pointer(snd_pcm_ioplug_t* io) {
  Card& card = card_of(io);
  if (!card.clock) return 0;
  const auto position = static_cast<snd_pcm_uframes_t>(written(card).count);
  switch (card.control->condition.load()) {
    case kGone:
      snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
      break;
    case kSuspended:
      snd_pcm_ioplug_set_state(io, SND_PCM_STATE_SUSPENDED);
      break;
    default:
      if (io->state == SND_PCM_STATE_RUNNING && take_one(card.control->overruns)) return -EPIPE;
  }
  const snd_pcm_uframes_t unread = position - io->appl_ptr;
  if (io->state == SND_PCM_STATE_RUNNING && unread >= card.stop_threshold) return -EPIPE;
  return static_cast<snd_pcm_sframes_t>(position);
}

void put(unsigned char* at, float sample, int64_t number, snd_pcm_format_t format) {
  if (format == SND_PCM_FORMAT_FLOAT_LE) {
    std::memcpy(at, &sample, sizeof sample);
    return;
  }
  auto value = static_cast<uint32_t>(static_cast<int32_t>(sample * (1 << 23)));
  if (format == SND_PCM_FORMAT_S16_LE) value = static_cast<uint32_t>(number);
  if (format == SND_PCM_FORMAT_S32_LE) value <<= 8;
  const int bytes = snd_pcm_format_physical_width(format) / 8;
  for (int i = 0; i < bytes; i++) at[i] = static_cast<unsigned char>(value >> (8 * i));
}

/// The frame that lies in the ring where `frame` did: itself, or a newer one.
Frames newest(Frames frame, Frames ring, Frames now) {
  const Frames behind = now - Frames(1) - frame;
  if (behind < Frames(0)) return frame;
  return frame + Frames(behind.count / ring.count * ring.count);
}

snd_pcm_sframes_t transfer(snd_pcm_ioplug_t* io, const snd_pcm_channel_area_t* areas,
                           snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
  Card& card = card_of(io);
  const Frames ring(static_cast<int64_t>(io->buffer_size));
  const bool is_slow = size > 0 && take_one(card.control->slow_copies);
  Frames now;
  for (snd_pcm_uframes_t i = 0; i < size; i++) {
    if (is_slow && i == size / 2) {
      audio::sleep_until(audio::monotonic_now() + duration_of(ring * 2, io->rate));
    }
    const bool is_time = static_cast<int64_t>(i) % kCopyFrames == 0;
    if (is_time || (is_slow && i == size / 2)) now = written(card);
    const Frames place(static_cast<int64_t>(io->appl_ptr + i));
    const Frames told = told_at(card, newest(place, ring, now));
    float sample = 0;
    audio::fill_with_position(&sample, told, Frames(1));
    for (unsigned channel = 0; channel < io->channels; channel++) {
      const snd_pcm_channel_area_t& area = areas[channel];
      put(static_cast<unsigned char*>(area.addr) + (area.first + area.step * (offset + i)) / 8,
          sample, told.count, io->format);
    }
  }
  return static_cast<snd_pcm_sframes_t>(size);
}

int close(snd_pcm_ioplug_t* io) {
  const std::unique_ptr<Card> card(&card_of(io));
  ::close(io->poll_fd);
  if (card->control != &card->own) munmap(card->control, sizeof(CardControl));
  return 0;
}

int prepare(snd_pcm_ioplug_t* io) {
  Card& card = card_of(io);
  if (card.control->condition.load() == kGone) return -ENODEV;
  if (card.control->condition.load() == kSuspended) return -EAGAIN;
  card.clock.reset();
  return 0;
}

int sw_params(snd_pcm_ioplug_t* io, snd_pcm_sw_params_t* params) {
  snd_pcm_sw_params_get_stop_threshold(params, &card_of(io).stop_threshold);
  return snd_pcm_sw_params_get_avail_min(params, &card_of(io).avail_min);
}

/// An interrupt at every block boundary: whoever waits is woken when enough is there.
int poll_revents(snd_pcm_ioplug_t* io, pollfd* descriptors, unsigned count,
                 unsigned short* events) {
  Card& card = card_of(io);
  *events = 0;
  uint64_t expired = 0;
  const bool is_due = count == 1 && (descriptors->revents & POLLIN) != 0 &&
                      read(io->poll_fd, &expired, sizeof expired) == sizeof expired;
  if (!card.clock) return 0;
  if (is_due) arm_next(card);
  const snd_pcm_sframes_t position = pointer(io);
  if (position < 0) snd_pcm_ioplug_set_state(io, SND_PCM_STATE_XRUN);
  if (io->state != SND_PCM_STATE_RUNNING) {
    *events = POLLERR;
  } else if (static_cast<snd_pcm_uframes_t>(position) - io->appl_ptr >= card.avail_min) {
    *events = POLLIN;
  }
  return 0;
}

const snd_pcm_ioplug_callback_t kCallbacks = [] {
  snd_pcm_ioplug_callback_t callbacks = {};
  callbacks.start = start;
  callbacks.stop = stop;
  callbacks.pointer = pointer;
  callbacks.transfer = transfer;
  callbacks.close = close;
  callbacks.prepare = prepare;
  callbacks.sw_params = sw_params;
  callbacks.poll_revents = poll_revents;
  return callbacks;
}();

struct Settings {
  std::string control;
  snd_pcm_format_t format = SND_PCM_FORMAT_UNKNOWN;
  long rate_hz = 0;
  long block_bytes = 0;
};

int read_settings(snd_config_t* node, Settings& settings) {
  snd_config_iterator_t next = nullptr;
  for (snd_config_iterator_t at = snd_config_iterator_first(node);
       at != snd_config_iterator_end(node); at = next) {
    next = snd_config_iterator_next(at);
    snd_config_t* const entry = snd_config_iterator_entry(at);
    const char* id = nullptr;
    const char* text = nullptr;
    snd_config_get_id(entry, &id);
    const std::string_view name(id);
    const bool is_text = snd_config_get_string(entry, &text) >= 0;
    if (name == "control" && is_text) settings.control = text;
    if (name == "format" && is_text) settings.format = snd_pcm_format_value(text);
    if (name == "rate") snd_config_get_integer(entry, &settings.rate_hz);
    if (name == "block_bytes") snd_config_get_integer(entry, &settings.block_bytes);
    const bool is_known = name == "control" || name == "format" || name == "rate" ||
                          name == "block_bytes" || name == "comment" || name == "type" ||
                          name == "hint";
    if (!is_known) return -EINVAL;
  }
  return 0;
}

int map_control(Card& card, const std::string& path) {
  if (path.empty()) return 0;
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return -errno;
  void* const mapped =
      mmap(nullptr, sizeof(CardControl), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (mapped == MAP_FAILED) return -errno;
  card.control = static_cast<CardControl*>(mapped);
  mlock(mapped, sizeof(CardControl));  // registers of a card are never away
  return card.control->condition.load() == kGone ? -ENODEV : 0;
}

int offer(snd_pcm_ioplug_t* io, const Settings& settings) {
  const unsigned access[] = {SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
                             SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED};
  std::vector<unsigned> formats = {SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_FLOAT_LE,
                                   SND_PCM_FORMAT_S24_LE, SND_PCM_FORMAT_S24_3LE,
                                   SND_PCM_FORMAT_S16_LE};
  if (settings.format != SND_PCM_FORMAT_UNKNOWN) formats = {static_cast<unsigned>(settings.format)};
  const auto list = [&](int what, const unsigned* values, size_t count) {
    return snd_pcm_ioplug_set_param_list(io, what, static_cast<unsigned>(count), values);
  };
  const auto range = [&](int what, long least, long most) {
    return snd_pcm_ioplug_set_param_minmax(io, what, static_cast<unsigned>(least),
                                           static_cast<unsigned>(most));
  };
  const long rate = settings.rate_hz;
  const long block = settings.block_bytes;
  const int refusals[] = {
      list(SND_PCM_IOPLUG_HW_ACCESS, access, std::size(access)),
      list(SND_PCM_IOPLUG_HW_FORMAT, formats.data(), formats.size()),
      range(SND_PCM_IOPLUG_HW_CHANNELS, 1, 8),
      range(SND_PCM_IOPLUG_HW_RATE, rate != 0 ? rate : 8000, rate != 0 ? rate : 192000),
      range(SND_PCM_IOPLUG_HW_PERIOD_BYTES, block != 0 ? block : 32, block != 0 ? block : 1 << 18),
      range(SND_PCM_IOPLUG_HW_BUFFER_BYTES, 64, 1 << 22),
      range(SND_PCM_IOPLUG_HW_PERIODS, 2, 1024)};
  return *std::min_element(std::begin(refusals), std::end(refusals));
}

int open_card(snd_pcm_t** pcm, const char* name, snd_config_t* config, snd_pcm_stream_t stream,
              int mode) {
  if (stream != SND_PCM_STREAM_CAPTURE) return -EINVAL;
  Settings settings;
  if (const int refused = read_settings(config, settings); refused < 0) return refused;
  auto card = std::make_unique<Card>();
  if (const int refused = map_control(*card, settings.control); refused < 0) return refused;
  card->io.version = SND_PCM_IOPLUG_VERSION;
  card->io.name = "Holdfast's card for tests";
  card->io.callback = &kCallbacks;
  card->io.private_data = card.get();
  card->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  card->io.poll_events = POLLIN;
  // The counter does not wrap at the ring's end: how far the reader is behind stays known.
  card->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
  if (const int refused = snd_pcm_ioplug_create(&card->io, name, stream, mode); refused < 0) {
    ::close(card->io.poll_fd);
    return refused;
  }
  Card& opened = *card.release();  // closed by the library from now on
  if (const int refused = offer(&opened.io, settings); refused < 0) {
    snd_pcm_ioplug_delete(&opened.io);
    return refused;
  }
  *pcm = opened.io.pcm;
  return 0;
}

}  // namespace
}  // namespace holdfast::test

extern "C" {
[[gnu::visibility("default")]] SND_PCM_PLUGIN_DEFINE_FUNC(hfcard) {
  (void)root;
  return holdfast::test::open_card(pcmp, name, conf, stream, mode);
}
[[gnu::visibility("default")]] SND_PCM_PLUGIN_SYMBOL(hfcard)
}
