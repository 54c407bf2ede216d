// SPDX-License-Identifier: MIT
#include "cmd/own_run.h"

#include <unistd.h>

#include "cmd/protect.h"
#include "core/observation.h"

namespace holdfast::cmd {

std::unique_ptr<session::Observer> observe_own(const CountOptions& options,
                                               const OpenedDevice& opened) {
  session::Observer::Options wanted;
  wanted.pid = getpid();
  wanted.thread = opened.device->thread_id();
  wanted.most = parse_observation(options.observe).value_or(Observation::kNone);
  wanted.samples_regions = !options.trace.empty();  // nothing else shows them
  if (wanted.thread == 0 || wanted.most == Observation::kNone) return nullptr;
  std::unique_ptr<session::Observer> observer = session::Observer::start(wanted);
  opened.run->observe(*observer);
  return observer;
}

Result<SessionInfo> describe_own(const CountOptions& options, const OpenedDevice& opened,
                                 const Protection& protection, const session::Observer* observer) {
  SessionInfo info = describe_run(options);
  describe_device(opened, protection, info);
  if (observer != nullptr) engage_observer(options, *observer, opened.device->thread_id(), info);
  return parse_session_info(to_text(info));  // exactly what a trace would give back
}

Protection protect_own(const CountOptions& options, const OpenedDevice& opened) {
  return protect(opened, options.is_unlocked ? Locking::kLeft : Locking::kAll);
}

void tell_presence(bool is_back, const OpenedDevice& opened, const CountOptions& options,
                   const char* program, Output& output) {
  if (!is_back) {
    output.advice(std::string(program) +
                  ": the device went away; waiting for it to come back, Ctrl-C ends\n");
    return;
  }
  const Protection protection = protect_own(options, opened);
  output.advice(std::string(program) + ": the device is back, its audio thread " +
                protection.scheduling + "; causes are not known from here on\n");
}

}  // namespace holdfast::cmd
