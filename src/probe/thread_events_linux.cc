// SPDX-License-Identifier: MIT
// Three events of the thread form one group, so that they begin together: one for the begin of
// faults, which carries the context switches, too, and owns the ring, and two for their ends. No
// more than that: each event of a thread costs it 300 to 400 ns per sleep (measured on Linux 6.18).
// An event per processor tells who else ran.
#include "probe/thread_events_linux.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"
#include "probe/proc_file_linux.h"

namespace holdfast::probe {
namespace {

constexpr uint64_t kFormatLost = 1U << 4;  // PERF_FORMAT_LOST, Linux 6.0

perf_event_attr software_event(uint64_t config) {
  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof attributes;
  attributes.config = config;
  attributes.sample_period = 1;  // every one; such events are never throttled
  attributes.sample_type = kPerfSampleFields;
  attributes.read_format = kPerfReadFormat | kFormatLost;
  attributes.sample_id_all = 1;
  attributes.exclude_hv = 1;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_MONOTONIC;
  return attributes;
}

bool is_refusal(const Error& error) {
  return error.system_errno == EACCES || error.system_errno == EPERM;
}

/// Older kernels know no count of losses: without it, what is lost last of all stays unknown.
Result<FileDescriptor> open_event(perf_event_attr attributes, int tid, int processor, int group) {
  Result<FileDescriptor> event = open_perf_event(attributes, tid, processor, group);
  if (event || event.error().system_errno != EINVAL) return event;
  attributes.read_format = kPerfReadFormat;
  return open_perf_event(attributes, tid, processor, group);
}

std::string paranoid_level() {
  const Result<std::string> text = read_proc_file("/proc/sys/kernel/perf_event_paranoid");
  if (!text) return "unknown";
  return text->substr(0, text->find('\n'));
}

bool is_fault(const PerfEvent& event) {
  return event.kind == PerfEventKind::kFaultBegin || event.kind == PerfEventKind::kFaultEnd;
}

/// Where another observer's event prepared the sample, the time in it is by that one's clock
/// (see kPerfReadFormat). perf(1) has one of its own.
bool is_of_our_clock(const PerfEvent& event, Nanos known_until, Nanos now) {
  return event.time_ns >= (known_until - kMillisecond).count && event.time_ns <= now.count;
}

/// Why the thread cannot be observed, in words for the user.
Error perf_error_in_words(Error error, int tid) {
  const std::string thread = "perf events of thread " + std::to_string(tid);
  switch (error.system_errno) {
    case ESRCH:
      return {ErrorKind::kUnavailable, ESRCH, thread + ": it has ended, or never was"};
    case EACCES:
    case EPERM:
      return {
          ErrorKind::kUnavailable, error.system_errno,
          thread +
              ": not allowed; run as the user who owns it, with kernel.perf_event_paranoid "
              "at 2 or less (it is " +
              paranoid_level() +
              "), or as root (with CAP_PERFMON and CAP_SYS_PTRACE); a container may forbid them "
              "altogether"};
    case ENOSYS:
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
      return {ErrorKind::kUnavailable, error.system_errno,
              thread + ": this kernel is built without them (CONFIG_PERF_EVENTS)"};
    default:
      return std::move(error).in(thread);
  }
}

/// The group's leader. Disabled, so that all three begin when it does.
perf_event_attr leader_event(EventAccess access, bool has_switches) {
  perf_event_attr attributes = software_event(PERF_COUNT_SW_PAGE_FAULTS);
  attributes.exclude_kernel = access == EventAccess::kUserOnly ? 1 : 0;
  attributes.context_switch = has_switches ? 1 : 0;
  attributes.disabled = 1;
  return attributes;
}

int64_t losses_of(int event) {
  struct {
    uint64_t value = 0;
    uint64_t id = 0;
    uint64_t lost = 0;
  } counts;
  const ssize_t size_bytes = read(event, &counts, sizeof counts);
  return size_bytes == sizeof counts ? static_cast<int64_t>(counts.lost) : 0;
}

PerfRingView view_of(const PerfRing& ring, const PerfFaultIds& ids) {
  return {ring.words(), ring.tail(), ring.head(), ids};
}

}  // namespace

ThreadEvents::ThreadEvents(int tid, EventAccess access, PerfRing ring)
    : access_(access),
      ring_(std::move(ring)),
      history_(static_cast<uint32_t>(tid), monotonic_now(), page_bytes()) {}

Result<ThreadEvents> ThreadEvents::open(int tid, const Options& options) {
  Result<ThreadEvents> events = open_with(tid, EventAccess::kUserAndKernel, options);
  if (events || !is_refusal(events.error())) return events;
  return open_with(tid, EventAccess::kUserOnly, options);
}

Result<ThreadEvents> ThreadEvents::open_with(int tid, EventAccess access, const Options& options) {
  Result<FileDescriptor> leader = open_event(leader_event(access, options.off_cpu), tid, -1, -1);
  if (!leader) return perf_error_in_words(std::move(leader.error()), tid);
  HF_TRY_ASSIGN(PerfRing ring, PerfRing::open(std::move(*leader), options.ring_pages));
  ThreadEvents events(tid, access, std::move(ring));
  Result<> added = events.add_fault_ends(tid);
  if (!added) return perf_error_in_words(std::move(added.error()), tid);
  if (options.off_cpu && options.names_others) {
    events.add_processors(tid, options.processor_ring_pages);
  }
  if (ioctl(events.ring_.event(), PERF_EVENT_IOC_ENABLE, 0) != 0) {
    return system_error("PERF_EVENT_IOC_ENABLE", errno);
  }
  return events;
}

Result<FileDescriptor> ThreadEvents::add_event(int tid, uint64_t config, uint64_t& id) {
  perf_event_attr attributes = software_event(config);
  attributes.exclude_kernel = access_ == EventAccess::kUserOnly ? 1 : 0;
  HF_TRY_ASSIGN(FileDescriptor event, open_event(attributes, tid, -1, ring_.event()));
  if (ioctl(event.number(), PERF_EVENT_IOC_SET_OUTPUT, ring_.event()) != 0 ||
      ioctl(event.number(), PERF_EVENT_IOC_ID, &id) != 0) {
    return system_error("setting up a perf event", errno);
  }
  return event;
}

Result<> ThreadEvents::add_fault_ends(int tid) {
  if (ioctl(ring_.event(), PERF_EVENT_IOC_ID, &ids_.begin) != 0) {
    return system_error("PERF_EVENT_IOC_ID", errno);
  }
  const std::pair<uint64_t, uint64_t*> kinds[] = {
      {PERF_COUNT_SW_PAGE_FAULTS_MIN, &ids_.minor},
      {PERF_COUNT_SW_PAGE_FAULTS_MAJ, &ids_.major},
  };
  for (const auto& [config, id] : kinds) {
    HF_TRY_ASSIGN(FileDescriptor event, add_event(tid, config, *id));
    fault_ends_.push_back(std::move(event));
  }
  return Done{};
}

/// Without the right to it, or the memory, there are no names; a processor that is switched off has
/// none either.
void ThreadEvents::add_processors(int tid, size_t ring_pages) {
  perf_event_attr attributes = software_event(PERF_COUNT_SW_DUMMY);
  attributes.context_switch = 1;
  const int count = static_cast<int>(sysconf(_SC_NPROCESSORS_CONF));
  for (int processor = 0; processor < count; ++processor) {
    Result<FileDescriptor> event = open_event(attributes, -1, processor, -1);
    if (!event) continue;
    Result<PerfRing> ring = PerfRing::open(std::move(*event), ring_pages);
    if (!ring) continue;
    processors_.push_back({std::move(*ring), ProcessorHistory(static_cast<uint32_t>(tid))});
  }
  // No more switches fit into the rings than that, so drain() never has to make room.
  size_t most_returns = 0;
  for (const Processor& processor : processors_) most_returns += processor.ring.words().size() / 6;
  returns_.reserve(most_returns);
}

void ThreadEvents::drain(std::vector<Record>& records) {
  const size_t first = records.size();
  const bool is_last = has_ended();
  drain_thread(records);
  if (is_last) add_unreported_losses(records);
  // Afterwards, so that no return is missing: see name_others().
  for (Processor& processor : processors_) drain_processor(processor);
  name_others(returns_, first, records);
  forget_returns(history_.known_until().count, returns_);
}

void ThreadEvents::drain_thread(std::vector<Record>& records) {
  const PerfRingView view = unread();
  const Nanos now = monotonic_now();
  int64_t unusable = 0;
  PerfRecords reader(view);
  PerfEvent event;
  while (reader.next(event)) {
    if (event.kind == PerfEventKind::kLost) reported_losses_ += static_cast<int64_t>(event.lost);
    if (is_fault(event) && !is_of_our_clock(event, history_.known_until(), now)) {
      ++unusable;
      continue;
    }
    history_.add(event, records);
  }
  unusable += reader.damaged();
  if (unusable != 0) history_.add_lost(unusable, now, records);
  ring_.release(view.head);
}

void ThreadEvents::drain_processor(Processor& processor) {
  const PerfRingView view = view_of(processor.ring, {});
  PerfRecords reader(view);
  PerfEvent event;
  while (reader.next(event)) {
    if (event.kind == PerfEventKind::kLost) names_lost_ += static_cast<int64_t>(event.lost);
    processor.history.add(event, returns_);
  }
  if (reader.damaged() != 0) processor.history.add_lost();
  names_lost_ += reader.damaged();
  processor.ring.release(view.head);
}

/// The kernel tells of losses before the next record that finds room: behind the last one never.
/// The counts are asked for only now because reading them interrupts a thread that runs.
void ThreadEvents::add_unreported_losses(std::vector<Record>& records) {
  int64_t losses = losses_of(ring_.event());
  for (const FileDescriptor& event : fault_ends_) losses += losses_of(event.number());
  if (losses <= reported_losses_) return;
  history_.add_lost(losses - reported_losses_, monotonic_now(), records);
  reported_losses_ = losses;
}

bool ThreadEvents::has_ended() const {
  pollfd event = {ring_.event(), POLLIN, 0};
  return poll(&event, 1, 0) > 0 && (event.revents & POLLHUP) != 0;
}

size_t ThreadEvents::mapped_bytes() const {
  size_t sum = ring_.mapped_bytes();
  for (const Processor& processor : processors_) sum += processor.ring.mapped_bytes();
  return sum;
}

PerfRingView ThreadEvents::unread() const {
  return view_of(ring_, ids_);
}

}  // namespace holdfast::probe
