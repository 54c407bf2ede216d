// SPDX-License-Identifier: MIT
#include "cmd/fault_watch.h"

#include "probe/clock_linux.h"
#include "report/fault_text.h"
#include "report/utc_time.h"

namespace holdfast::cmd {

FaultWatch::FaultWatch(pid_t pid, pid_t thread, Output& output)
    : observer_(session::Observer::start({pid, thread, Observation::kAllEvents})),
      output_(output) {}

void FaultWatch::show_start() {
  if (!output_.is_json()) return output_.text(observation_text(observer_->level()) + "\n");
  const Nanos utc = probe::monotonic_now() + probe::utc_minus_monotonic();
  output_.line(observation_json(utc, observer_->level()));
}

void FaultWatch::look() {
  records_.clear();
  faults_.clear();
  observer_->collect(records_);
  seen_.add(records_, faults_);
  const Nanos now = probe::monotonic_now();
  output_.text(lines_.turn(now));
  for (const SeenFault& fault : faults_) show(fault, now);
}

void FaultWatch::show(const SeenFault& fault, Nanos now) {
  const Nanos utc = fault.time + probe::utc_minus_monotonic();
  if (output_.is_json()) return output_.line(fault_json(fault, utc));
  output_.text(lines_.add(fault, utc_clock_text(utc), now));
}

void FaultWatch::finish() {
  look();
  output_.text(lines_.rest());
}

std::optional<FaultTotals> FaultWatch::totals() const {
  if (observer_->level() < Observation::kUserEvents) return std::nullopt;
  return seen_.totals();
}

}  // namespace holdfast::cmd
