// SPDX-License-Identifier: MIT
#include "act/trial.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "act/child_process.h"
#include "act/oom_score.h"

namespace holdfast::act {
namespace {

constexpr int kPollMicroseconds = 500;
constexpr int kMostPolls = 10000;
constexpr int kSignalBase = 128;
/// ChildProcess: it could not even begin. No errno that a trial could bring (EKEYEXPIRED).
constexpr int kNotStarted = 127;

}  // namespace

Trial try_in_child(const std::function<int()>& attempt) {
  auto child = ChildProcess::start({}, [&attempt] {
    (void)volunteer_for_oom_kill().ok();  // whoever tries dies first
    const rlimit no_core_file = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core_file);
    return attempt();
  });
  if (!child) return {};
  for (int i = 0; i < kMostPolls && child->is_running(); ++i) usleep(kPollMicroseconds);
  Trial trial;
  trial.was_tried = true;
  if (child->is_running()) {
    trial.signal_number = SIGKILL;
    return trial;  // ends with `child`
  }
  const int code = child->exit_code();
  if (code == kNotStarted) return {};
  (code > kSignalBase ? trial.signal_number : trial.system_errno) =
      code > kSignalBase ? code - kSignalBase : code;
  return trial;
}

}  // namespace holdfast::act
