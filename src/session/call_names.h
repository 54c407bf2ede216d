// SPDX-License-Identifier: MIT
// Names for the calls of one audited process: through which functions a thread came to a call, and
// what lies at the address that it names. Looking at the process takes a moment and is done while
// the thread stands still; the names take longer and are found when it runs again.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "core/address_space.h"
#include "core/audited_call.h"
#include "probe/address_space_linux.h"
#include "probe/call_stack_linux.h"
#include "probe/call_tracer_linux.h"
#include "session/symbolizer.h"

namespace holdfast::session {

/// "" for a process that sees the same files as this one, else the folder of what it sees.
std::string root_folder_of(pid_t pid);

/// One process, until it runs another program. One thread.
class CallNames {
 public:
  /// `symbolizer` has to live as long. Errors: kUnavailable when the process is gone, or not ours.
  static Result<CallNames> open(pid_t pid, Symbolizer& symbolizer);

  /// While the thread that made `call` stands still. Without an answer the names are those of
  /// before.
  void look(const probe::TracedCall& call);

  /// Fills in `object` and `stack`.
  void name(const probe::TracedCall& call, AuditedCall& audited);

 private:
  CallNames(pid_t pid, Symbolizer& symbolizer, probe::AddressSpaceWatch watch);

  void know_stack_of(const probe::TracedCall& call);
  CallFrame frame_at(uint64_t address, bool is_return_address);

  Symbolizer* symbolizer_;
  probe::AddressSpaceWatch watch_;
  AddressSpace space_;
  probe::CallStacks stacks_;
};

}  // namespace holdfast::session
