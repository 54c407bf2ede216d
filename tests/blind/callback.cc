// SPDX-License-Identifier: MIT
#include "blind/callback.h"

#include <alloca.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "blind/targets.h"
#include "probe/clock_linux.h"

namespace holdfast::blind {
namespace {

using probe::monotonic_now;

/// Lies at the top of each thread's stack. AudioThread makes its stack longer for it, which leaves
/// room below for a deep call, too.
thread_local unsigned char thread_local_bytes[kTargetBytes];

void burn_until(Nanos end) {
  while (monotonic_now() < end) {
  }
}

void write_pages(uint64_t begin, size_t size_bytes) {
  auto* bytes = reinterpret_cast<volatile unsigned char*>(begin);
  for (size_t i = 0; i < size_bytes; i += kPageBytes) bytes[i] = 1;
}

void ignore(ssize_t) {}

Nanos own_processor_time() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return kSecond * now.tv_sec + Nanos(now.tv_nsec);
}

}  // namespace

void Callback::on_block(const Block& block) {
  if (last_position_.load(std::memory_order_relaxed) < 0) note_first(block);
  last_position_.store(block.position.count, std::memory_order_relaxed);
  if (state_.load(std::memory_order_acquire) != kOrdered) return;
  block_ = block.position.count;
  touches_ = 0;
  state_.store(kBegun, std::memory_order_release);
  const Nanos cpu_begin = own_processor_time();
  begin_ = monotonic_now();
  perform();
  end_ = monotonic_now();
  cpu_ = own_processor_time() - cpu_begin;
  state_.store(kDone, std::memory_order_release);
}

void Callback::note_first(const Block& block) {
  origin_ns_.store((block.due - duration_of(block.position + block.frames, rate_hz_)).count);
  thread_local_target_.store(reinterpret_cast<uint64_t>(thread_local_bytes));
}

void Callback::touch(uint64_t address) {
  Touch& touch = touch_[touches_++];
  touch.address = address;
  touch.begin = monotonic_now();
  if (order_.action == Action::kCall) {
    reinterpret_cast<void (*)()>(address)();
  } else {
    (void)*reinterpret_cast<const volatile unsigned char*>(address);
  }
  touch.end = monotonic_now();
}

void Callback::perform() {
  const Nanos end = begin_ + order_.duration;
  const auto addresses = std::span(order_.addresses).first(order_.count);
  switch (order_.action) {
    case Action::kTouchStack: {
      // What is touched then lies in this frame, as a deep call's locals would. What the frame
      // itself needs lies below the object.
      const auto here = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
      asm volatile("" : : "r"(alloca(here - order_.range_begin)) : "memory");
      for (const uint64_t address : addresses) touch(address);
      break;
    }
    case Action::kTouch:
    case Action::kCall:
      for (const uint64_t address : addresses) touch(address);
      break;
    case Action::kWrite:
      write_pages(order_.range_begin, order_.range_bytes);
      break;
    case Action::kBurn:
      burn_until(end);
      break;
    case Action::kLock:
      pthread_mutex_lock(order_.mutex);
      pthread_mutex_unlock(order_.mutex);
      break;
    case Action::kRead:
      ignore(read(order_.file, order_.buffer, 1));
      break;
    case Action::kReadBlocks:
      while (monotonic_now() < end) {
        random_ = random_ * 1103515245U + 12345U;
        const size_t block = (random_ >> 8) % (order_.range_bytes / kBufferBytes);
        ignore(pread(order_.file, order_.buffer, kBufferBytes,
                     static_cast<off_t>(block * kBufferBytes)));
      }
      break;
    case Action::kSync:
      while (monotonic_now() < end) {
        ignore(pwrite(order_.file, order_.buffer, kBufferBytes, 0));
        fdatasync(order_.file);
      }
      break;
  }
}

void Callback::give(const Order& order) {
  order_ = order;
  state_.store(kOrdered, std::memory_order_release);
}

std::optional<Truth> Callback::finish() {
  const Nanos latest = monotonic_now() + kSecond;
  while (state_.load(std::memory_order_acquire) != kDone) {
    if (monotonic_now() > latest) return std::nullopt;
    usleep(100);
  }
  Truth truth;
  truth.block = block_;
  truth.begin = begin_;
  truth.end = end_;
  truth.cpu = cpu_;
  truth.touches.assign(touch_.begin(), touch_.begin() + static_cast<ptrdiff_t>(touches_));
  state_.store(kIdle);
  return truth;
}

std::optional<Truth> Callback::obey(const Order& order) {
  give(order);
  return finish();
}

}  // namespace holdfast::blind
