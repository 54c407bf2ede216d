// SPDX-License-Identifier: MIT
// The page faults of one thread with address, instruction and duration, and the times at which it
// did not run, as the kernel saw them: perf software events of the thread, in one ring. The thread
// itself does nothing for it; what the kernel does on its behalf costs it 1.3 us per fault and 2.8
// us per sleep (1.4 us without off_cpu; bench/observer_cost, on a virtual machine). Needs no root
// for threads of one's own while kernel.perf_event_paranoid is 2 or less.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "core/perf_records.h"
#include "core/processor_history.h"
#include "core/thread_history.h"
#include "probe/perf_ring_linux.h"
#include "rt/record.h"

namespace holdfast::probe {

/// What the kernel lets this user see of the thread.
enum class EventAccess {
  kUserAndKernel,  ///< Every fault that has an instruction.
  kUserOnly,       ///< Not those taken in kernel mode on the thread's behalf, such as a read() into
                   ///< a page that is not there. That it slept meanwhile is seen.
};

/// Observes one thread from open() to the end of this object, through exec, too; threads that it
/// starts are not observed. One thread at a time may call, which is never the observed one: its own
/// faults would fill the ring that it empties. Not seen whatever the access: faults that the kernel
/// resolves without an instruction at fault (get_user_pages, as in ptrace, futexes and direct I/O).
class ThreadEvents {
 public:
  /// What to look at, and how much room for it.
  struct Options {
    size_t ring_pages = 64;            ///< A power of two; halved until the limits allow it.
    bool off_cpu = true;               ///< Faults alone without it.
    bool names_others = true;          ///< Try to say who ran instead; needs CAP_PERFMON, and makes
                                       ///< every context switch of the machine a little dearer.
    size_t processor_ring_pages = 16;  ///< For that, per processor; a power of two.
  };

  /// `tid`: of this process or another one. Errors: kUnavailable, with what to do, when the kernel
  /// refuses, and when the thread has ended. A process that reuses the id is not told apart.
  static Result<ThreadEvents> open(int tid, const Options& options);

  [[nodiscard]] EventAccess access() const { return access_; }

  /// Whether kOffCpu records say who ran instead, as far as that is known.
  [[nodiscard]] bool names_others() const { return !processors_.empty(); }

  /// Appends the kFault, kOffCpu and kLost records of everything that has ended by now, in the
  /// order of the ends; only whole kOffCpu intervals. What finds no room in the ring shows up as a
  /// kLost record, at the latest with the next event behind it. Allocates only in `records`.
  void drain(std::vector<Record>& records);

  /// As of the last drain(): when the thread left its processor; 0 when it runs or that is not
  /// known.
  [[nodiscard]] Nanos off_cpu_since() const { return history_.off_cpu_since(); }

  /// The thread has ended, or began a program with other privileges; a last drain() brings what it
  /// left behind.
  [[nodiscard]] bool has_ended() const;

  /// Switches of other threads that found no room: where they would have said who ran instead, that
  /// is not known. Nothing of the thread itself is lost by it.
  [[nodiscard]] int64_t names_lost() const { return names_lost_; }

  /// Memory of all rings.
  [[nodiscard]] size_t mapped_bytes() const;

  /// What drain() would read next, as it lies in the ring of the thread: to record fixtures.
  [[nodiscard]] PerfRingView unread() const;

 private:
  /// The switches of one processor.
  struct Processor {
    PerfRing ring;
    ProcessorHistory history;
  };

  ThreadEvents(int tid, EventAccess access, PerfRing ring);
  static Result<ThreadEvents> open_with(int tid, EventAccess access, const Options& options);
  Result<> add_fault_ends(int tid);
  void add_processors(int tid, size_t ring_pages);
  Result<FileDescriptor> add_event(int tid, uint64_t config, uint64_t& id);
  void drain_thread(std::vector<Record>& records);
  void drain_processor(Processor& processor);
  void add_unreported_losses(std::vector<Record>& records);

  EventAccess access_;
  PerfRing ring_;
  std::vector<FileDescriptor> fault_ends_;
  PerfFaultIds ids_;
  ThreadHistory history_;
  std::vector<Processor> processors_;
  std::vector<ThreadReturn> returns_;
  int64_t reported_losses_ = 0;
  int64_t names_lost_ = 0;
};

}  // namespace holdfast::probe
