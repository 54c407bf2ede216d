// SPDX-License-Identifier: MIT
#include "cmd/opened_device.h"

#include <unistd.h>

#include "cmd/device_registry.h"
#include "probe/process_linux.h"
#include "probe/unix_peers_linux.h"

namespace holdfast::cmd {
namespace {

std::string exact_losses(const audio::Capabilities& capabilities) {
  std::string text = capabilities.counts_client_lateness_exactly ? "client" : "";
  if (capabilities.counts_server_lateness_exactly) text += text.empty() ? "server" : " server";
  return text;
}

/// What counts against the lock limit of this process; 0 where that cannot be read.
int64_t locked_bytes_now() {
  const Result<ProcessStatus> status = probe::read_process_status(getpid());
  return status ? status->locked_bytes.value_or(0) : 0;
}

/// A sound library keeps the state of its streams there, and does not say where. Empty when the
/// mappings cannot be read.
std::vector<MemoryRange> heap_now() {
  const Result<std::vector<Mapping>> mappings = probe::read_mappings(getpid());
  return mappings ? heap_ranges(*mappings) : std::vector<MemoryRange>{};
}

}  // namespace

std::vector<MemoryRange> OpenedDevice::touched_memory() const {
  std::vector<MemoryRange> ranges = run->working_set();
  for (const MemoryRange& range : audio_thread_code()) ranges.push_back(range);
  ranges.insert(ranges.end(), tap_memory.begin(), tap_memory.end());
  const std::vector<MemoryRange> libraries = act::segments_loaded_since(loaded_before);
  ranges.insert(ranges.end(), libraries.begin(), libraries.end());
  if (!libraries.empty()) {  // last, where the lock limit may end: not all of it is the thread's
    const std::vector<MemoryRange> heap = heap_now();
    ranges.insert(ranges.end(), heap.begin(), heap.end());
  }
  return ranges;
}

Result<OpenedDevice> open_device(const StreamOptions& options, Frames limit) {
  session::LiveRun::Options run_options;
  run_options.limit = limit;
  return open_device(options, run_options);
}

Result<OpenedDevice> open_device(const StreamOptions& options,
                                 session::LiveRun::Options run_options) {
  OpenedDevice opened;
  opened.loaded_before = act::loaded_objects();
  const int64_t locked_before = locked_bytes_now();
  const std::set<pid_t> peers_before = probe::unix_peers();
  HF_TRY_ASSIGN(opened.device,
                make_device(options.device.empty() ? default_device() : options.device,
                            options.format.rate_hz));
  opened.run = std::make_unique<session::LiveRun>(*opened.device);
  run_options.format = options.format;
  HF_TRY_ASSIGN(opened.capabilities, opened.run->open(run_options));
  opened.system_locked_bytes = locked_bytes_now() - locked_before;
  for (const pid_t peer : probe::unix_peers()) {
    if (peers_before.count(peer) == 0) opened.server = peer;
  }
  return opened;
}

Protection protect(const OpenedDevice& opened, Locking locking) {
  if (!opened.capabilities.is_real_time) return Protection{"simulated time", 0, {}};
  const auto priority = opened.capabilities.is_priority_ours ? Priority::kOurs : Priority::kSystems;
  const pid_t thread = opened.device->thread_id();
  if (locking == Locking::kAll) return protect(thread, opened.touched_memory(), priority);
  Protection protection = leave_unlocked(thread, priority);
  protection.limitations.emplace_back("memory is not locked, as asked for with --no-lock");
  return protection;
}

void describe_device(const OpenedDevice& opened, const Protection& protection, SessionInfo& info) {
  const audio::Capabilities& capabilities = opened.capabilities;
  info.device = capabilities.device;
  info.sound_system = capabilities.sound_system;
  info.rate_hz = capabilities.granted.rate_hz;
  info.block_frames = capabilities.granted.block_frames;
  info.channels = capabilities.granted.channels;
  info.position_source = capabilities.position_source;
  info.exact_losses = exact_losses(capabilities);
  info.late_tolerance_ns = capabilities.late_tolerance.count;
  info.system_locked_bytes = opened.system_locked_bytes;
  info.scheduling = protection.scheduling;
  info.locked_bytes = protection.locked_bytes;
  info.limitations = capabilities.limitations;
  info.limitations.insert(info.limitations.end(), protection.limitations.begin(),
                          protection.limitations.end());
}

}  // namespace holdfast::cmd
