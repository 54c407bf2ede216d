// SPDX-License-Identifier: MIT
// The classes of injections: for each, what to do, how often a stream has to come round for it to
// make a glitch, and what a verdict should say of it.
#pragma once

#include <sys/types.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/result.h"
#include "blind/callback.h"
#include "blind/paged_object.h"
#include "blind/truth.h"

namespace holdfast::blind {

/// What injections need of the running victim.
struct Scene {
  Callback& callback;
  std::mt19937_64& random;
  pid_t audio_thread = 0;
  int audio_processor = 0;
  Nanos away;  ///< Pages stay out for so long: where nobody tells of faults, a look finds them out.
};

/// Pages of `object` that are not there when the callback needs them.
Inject page_injection(const Scene& scene, PagedObject& object, const Evictor& evictor);

/// A thread of higher priority on the audio thread's processor.
Result<Inject> run_queue_injection(const Scene& scene);

/// A callback that computes for too long.
Inject callback_injection(const Scene& scene);

/// A callback that waits for a mutex that another thread holds.
Inject lock_injection(const Scene& scene);

/// A callback that waits for I/O: a pipe that is written late, reads past the page cache, a write
/// that must be on disk; in turn. `directory` is on a disk.
Result<Inject> io_injection(const Scene& scene, const std::string& directory);

/// A small process that stops this one by a signal. Made before any thread, and before locking.
class Stopper {
 public:
  static Result<Stopper> start();
  /// Stops this process for `duration`; returns when it goes on. False: the stopper is gone.
  bool stop(Nanos duration, Nanos& begin, Nanos& end) const;

 private:
  Stopper(int commands, int answers) : commands_(commands), answers_(answers) {}
  int commands_;
  int answers_;
};

/// The whole process stands still.
Inject stop_injection(const Scene& scene, const Stopper& stopper);

}  // namespace holdfast::blind
