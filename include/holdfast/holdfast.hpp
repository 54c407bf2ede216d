// SPDX-License-Identifier: MIT
// libholdfast for C++11 and later: what the C interface (holdfast.h) hands out is owned here, and
// given back. Header only; throws nothing, and needs neither exceptions nor RTTI. What can fail
// says so by a bool, and hf_error_text() has the sentence.
#ifndef HOLDFAST_HOLDFAST_HPP
#define HOLDFAST_HOLDFAST_HPP

#include <holdfast/holdfast.h>

#include <cstddef>
#include <cstdint>

namespace hf {

/// A C struct, zero but for its size: hf::sized<hf_block>().
template <class Struct>
Struct sized() noexcept {
  Struct made = Struct();
  made.struct_size = sizeof made;
  return made;
}

/// Any object as a range, for hf_protect_options.ranges.
template <class T>
hf_range range_of(const T& object) noexcept {
  return hf_range{&object, sizeof object};
}

/// Counts what a stream loses; see hf_gap_detector. Movable; while it is moved or destroyed nobody
/// else may use it.
class GapDetector {
 public:
  /// Allocates; is_valid() says whether it could. `position_source`: HF_POSITION_...
  explicit GapDetector(uint32_t rate_hz, uint32_t position_source = HF_POSITION_DEVICE,
                       uint32_t capacity = 0) noexcept {
    hf_gap_detector_options options = sized<hf_gap_detector_options>();
    options.rate_hz = rate_hz;
    options.position_source = position_source;
    options.capacity = capacity;
    hf_gap_detector_create(&options, &detector_);
  }
  ~GapDetector() { hf_gap_detector_destroy(detector_); }
  GapDetector(GapDetector&& other) noexcept : detector_(other.detector_) {
    other.detector_ = nullptr;
  }
  GapDetector& operator=(GapDetector&& other) noexcept {
    hf_gap_detector* const mine = detector_;
    detector_ = other.detector_;
    other.detector_ = mine;
    return *this;
  }
  GapDetector(const GapDetector&) = delete;
  GapDetector& operator=(const GapDetector&) = delete;

  bool is_valid() const noexcept { return detector_ != nullptr; }

  /// A block with nothing but its position; set `due_ns`, `planes` and the rest as known.
  static hf_block block(int64_t position, int64_t frames) noexcept {
    hf_block made = sized<hf_block>();
    made.position = position;
    made.frames = frames;
    return made;
  }

  /// The next block; always the same thread. A block that makes no sense is not placed. RT safe.
  hf_placement place(const hf_block& block) noexcept {
    hf_placement placement = sized<hf_placement>();
    hf_gap_detector_place(detector_, &block, &placement);
    return placement;
  }

  /// Fetches the oldest final loss, if there is one. One thread. RT safe.
  bool next(hf_loss& loss) noexcept {
    loss = sized<hf_loss>();
    return hf_gap_detector_next(detector_, &loss) == 1;
  }

  /// After the last block: what is open becomes final.
  void finish() noexcept { hf_gap_detector_finish(detector_); }

  /// On the audio thread, or after its last block. RT safe.
  hf_stream_totals totals() const noexcept {
    hf_stream_totals totals = sized<hf_stream_totals>();
    hf_gap_detector_totals(detector_, &totals);
    return totals;
  }

  /// For hf_protect_options.ranges.
  hf_range memory() const noexcept { return hf_gap_detector_memory(detector_); }

 private:
  hf_gap_detector* detector_ = nullptr;
};

/// Protects the thread that makes it, for as long as it lives: make it on the audio thread before
/// the first block, as a local variable of the thread's function. Not movable: it belongs to one
/// thread.
class ThreadProtection {
 public:
  /// The default argument stands for what is marked in the program or library that calls this.
  explicit ThreadProtection(const hf_protect_options& options = hf_protect_defaults()) noexcept
      : report_(sized<hf_protect_report>()), code_(hf_protect_current_thread(&options, &report_)) {}
  ~ThreadProtection() { hf_unprotect_current_thread(); }
  ThreadProtection(const ThreadProtection&) = delete;
  ThreadProtection& operator=(const ThreadProtection&) = delete;

  /// All that was asked is locked. Else hf_error_text() says what is not, right after construction.
  bool is_complete() const noexcept { return code_ == HF_OK; }
  /// HF_OK, HF_PARTLY or HF_ERROR_...
  int code() const noexcept { return code_; }
  const hf_protect_report& report() const noexcept { return report_; }

 private:
  hf_protect_report report_;
  int code_;
};

/// A range that stays in memory as long as this lives.
class RangeLock {
 public:
  explicit RangeLock(hf_range range) noexcept
      : range_(range), is_locked_(hf_lock_range(range.address, range.size_bytes) == HF_OK) {}
  ~RangeLock() {
    if (is_locked_) hf_unlock_range(range_.address, range_.size_bytes);
  }
  RangeLock(const RangeLock&) = delete;
  RangeLock& operator=(const RangeLock&) = delete;

  bool is_locked() const noexcept { return is_locked_; }

 private:
  hf_range range_;
  bool is_locked_;
};

/// Page faults of the calling thread so far. One system call.
inline hf_fault_counts read_faults() noexcept {
  hf_fault_counts counts = sized<hf_fault_counts>();
  hf_read_faults(&counts);
  return counts;
}

}  // namespace hf

#endif  // HOLDFAST_HOLDFAST_HPP
