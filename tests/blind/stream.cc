// SPDX-License-Identifier: MIT
#include "blind/stream.h"

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "cmd/protect.h"
#include "probe/clock_linux.h"

namespace holdfast::blind {
namespace {

audio::VirtualOptions device_options(const std::vector<audio::ScriptedFault>& script) {
  audio::VirtualOptions options;
  options.faults = script;
  return options;
}

bool has_timed_work(Observation level) {
  return level > Observation::kPolls;
}

}  // namespace

Stream::Stream(StreamOptions options)
    : options_(std::move(options)), device_(device_options(options_.script)), run_(device_) {}

Result<> Stream::open(Callback& callback) {
  session::LiveRun::Options options;
  options.format = options_.format;
  options.work = {&Callback::call, &callback};
  options.counts_work_faults = options_.observation == Observation::kCounters;
  HF_TRY_ASSIGN(capabilities_, run_.open(options));
  return Done{};
}

Result<> Stream::protect() {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<size_t>(options_.audio_processor), &only);
  sched_setaffinity(audio_thread(), sizeof only, &only);
  const cmd::Protection protection = cmd::protect(audio_thread(), {});
  scheduling_ = protection.scheduling;
  if (!protection.limitations.empty()) {
    return Error{ErrorKind::kUnavailable, 0, protection.limitations.front()};
  }
  // Not range by range: a callback may reach any page, and only what is injected may be missing.
  if (mlockall(MCL_CURRENT) != 0) return system_error("cannot lock all memory", errno);
  return Done{};
}

Observation Stream::observe() {
  session::Observer::Options options;
  options.pid = getpid();
  options.thread = audio_thread();
  options.most = options_.observation;
  options.has_timed_work = has_timed_work(options_.observation);
  observer_ = session::Observer::start(options);
  run_.observe(*observer_);
  return observer_->level();
}

Result<> Stream::run(const std::function<bool()>& is_over) {
  HF_TRY_ASSIGN(session::TraceFile trace, session::TraceFile::create(options_.trace, describe(),
                                                                     session::IfExists::kReplace));
  HF_TRY(run_.run([&](std::span<const Record> records) { return keep(trace, records); },
                  [&](int milliseconds) {
                    usleep(static_cast<useconds_t>(milliseconds) * 1000);
                    return is_over();
                  }));
  return trace.close();
}

/// Whoever polls another's process does not know when its callbacks begin and end.
Result<> Stream::keep(session::TraceFile& trace, std::span<const Record> records) const {
  if (has_timed_work(options_.observation)) return trace.add(records);
  for (const Record& record : records) {
    if (record.head.kind != RecordKind::kCallback) HF_TRY(trace.add({&record, 1}));
  }
  return Done{};
}

int serve_symbols() {
  char self[4096] = {};
  if (readlink("/proc/self/exe", self, sizeof self - 1) <= 0) return 3;
  const std::string program(self);
  const std::string holdfast = program.substr(0, program.rfind('/')) + "/holdfast";
  execl(holdfast.c_str(), "holdfast", "symbolize", nullptr);
  return 3;
}

SessionInfo Stream::describe() const {
  SessionInfo info;
  info.program = "blind_victim";
  info.device = capabilities_.device;
  info.position_source = capabilities_.position_source;
  info.rate_hz = options_.format.rate_hz;
  info.block_frames = options_.format.block_frames;
  info.channels = options_.format.channels;
  info.machine = "the machine of the blind test";
  info.scheduling = scheduling_;
  info.utc_minus_mono_ns = probe::utc_minus_monotonic().count;
  info.observation = observer_->level();
  info.observed_thread = audio_thread();
  info.times_callbacks = has_timed_work(options_.observation) ? 1 : 0;
  for (const Unavailable& missing : observer_->limitations()) {
    info.limitations.push_back(missing.why);
  }
  return info;
}

}  // namespace holdfast::blind
