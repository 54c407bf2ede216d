// SPDX-License-Identifier: MIT
#include "core/lock_check.h"

#include "core/byte_size.h"

namespace holdfast {
namespace {

constexpr const char* kReturnEffect =
    "parts of the audio program can be pushed out of memory; each return costs 0.1 to 100 ms.";

Finding lock_finding(const char* name, FindingStatus status, std::string evidence) {
  Finding made;
  made.group = "lock";
  made.name = name;
  made.status = status;
  made.evidence = std::move(evidence);
  return made;
}

std::string limit_text(const LockTrials& trials) {
  return trials.is_unlimited ? "no limit" : "the limit is " + format_byte_size(trials.limit_bytes);
}

/// A larger limit, or, where there is none, whatever else refuses.
void add_lock_fix(const LockTrials& trials, Finding& finding) {
  if (trials.is_unlimited || trials.is_privileged) {
    finding.fix =
        "not a matter of the lock limit: look at ulimit -v, or give the container --ulimit "
        "memlock=-1 --cap-add IPC_LOCK";
    return;
  }
  finding.fix = "sudo holdfast doctor --fix limits";
  finding.remedy = "limits";
  finding.needs_login = true;
}

std::string asked_text(const char* what, const Trial& trial) {
  const std::string size = trial.bytes > 0 ? " (" + format_byte_size(trial.bytes) + ")" : "";
  return what + size + ": " + to_text(trial);
}

Finding check_audio_thread(const LockTrials& trials) {
  std::string evidence = "asked for one page: " + to_text(trials.page) + "; " +
                         asked_text("what an audio thread touches", trials.working_set) + "; " +
                         asked_text("own code", trials.code) + "; " + limit_text(trials);
  const bool is_refused = trials.page.is_refused() || trials.working_set.is_refused();
  const bool was_tried = trials.page.was_tried && trials.working_set.was_tried;
  FindingStatus status = FindingStatus::kPass;
  if (!was_tried) status = FindingStatus::kUnknown;
  if (!trials.code.is_granted() && was_tried) status = FindingStatus::kWarn;
  if (is_refused) status = FindingStatus::kFail;
  Finding made = lock_finding("audio thread", status, std::move(evidence));
  if (status == FindingStatus::kPass) return made;
  made.effect = status == FindingStatus::kWarn
                    ? "code can be dropped from memory, swap or not: the audio thread waits for a "
                      "disk when it needs it again."
                    : kReturnEffect;
  add_lock_fix(trials, made);
  return made;
}

Finding check_everything(const LockTrials& trials) {
  const Trial& trial = trials.everything;
  std::string evidence = asked_text("asked for the whole address space, as mlockall does", trial) +
                         "; " + limit_text(trials);
  if (trial.is_granted()) return lock_finding("everything", FindingStatus::kPass, evidence);
  if (!trial.was_tried) return lock_finding("everything", FindingStatus::kUnknown, evidence);
  if (!trials.is_unlimited && trial.system_errno != 0) {
    evidence += ", and it would need " + format_byte_size(trial.bytes);
  }
  Finding made = lock_finding("everything", FindingStatus::kFail, std::move(evidence));
  made.effect =
      std::string("programs that lock themselves whole (mlockall) are refused: ") + kReturnEffect;
  add_lock_fix(trials, made);
  if (!made.remedy.empty() && trials.working_set.is_granted()) {
    made.fix = "lock only what is needed (holdfast plan --pid PID), or: " + made.fix;
  }
  return made;
}

Finding check_new_thread(const LockTrials& trials) {
  const Trial& trial = trials.new_thread;
  if (!trial.was_tried) {
    return lock_finding("new thread", FindingStatus::kUnknown,
                        trials.everything.is_refused()
                            ? "not tried: locking what there is was refused already"
                            : "could not be tried");
  }
  std::string evidence = "after mlockall for all future memory, a thread with the default stack (" +
                         format_byte_size(trial.bytes) + "): " + to_text(trial) + "; " +
                         limit_text(trials);
  if (trial.is_granted()) return lock_finding("new thread", FindingStatus::kPass, evidence);
  Finding made = lock_finding("new thread", FindingStatus::kFail, std::move(evidence));
  made.effect =
      "under a limit, MCL_FUTURE makes threads fail to start (EAGAIN), and a stack that grows ends "
      "the program (SIGSEGV).";
  add_lock_fix(trials, made);
  return made;
}

}  // namespace

std::vector<Finding> check_lock(const LockTrials& trials) {
  return {check_audio_thread(trials), check_everything(trials), check_new_thread(trials)};
}

}  // namespace holdfast
