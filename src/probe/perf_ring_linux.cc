// SPDX-License-Identifier: MIT
#include "probe/perf_ring_linux.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cerrno>

#include "base/check.h"
#include "probe/page_cache_linux.h"

namespace holdfast::probe {
namespace {

Error no_room(int system_errno) {
  if (system_errno != EPERM && system_errno != ENOMEM) {
    return system_error("mapping a ring of perf events", system_errno);
  }
  return {ErrorKind::kUnavailable, system_errno,
          "no memory may be locked for perf events; raise kernel.perf_event_mlock_kb or the limit "
          "on locked memory (ulimit -l), or end other programs that use perf"};
}

void* map(int event, size_t size_bytes) {
  return mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, event, 0);
}

/// Kernels before 6.16 map each page at its first touch: done here, not while somebody waits.
void touch_pages(const void* memory, size_t size_bytes) {
  const auto* const bytes = static_cast<const volatile unsigned char*>(memory);
  for (size_t i = 0; i < size_bytes; i += page_bytes()) static_cast<void>(bytes[i]);
}

}  // namespace

Result<FileDescriptor> open_perf_event(const perf_event_attr& attributes, int tid, int processor,
                                       int group) {
  const long number = syscall(SYS_perf_event_open, &attributes, tid, processor, group,
                              static_cast<unsigned long>(PERF_FLAG_FD_CLOEXEC));
  if (number < 0) return system_error("perf_event_open", errno);
  return FileDescriptor(static_cast<int>(number));
}

Result<PerfRing> PerfRing::open(FileDescriptor event, size_t pages) {
  HF_CHECK(std::has_single_bit(pages));
  for (;; pages /= 2) {
    const size_t size_bytes = (pages + 1) * page_bytes();
    void* const memory = map(event.number(), size_bytes);
    if (memory != MAP_FAILED) {
      touch_pages(memory, size_bytes);
      return PerfRing(std::move(event), static_cast<perf_event_mmap_page*>(memory), size_bytes);
    }
    if ((errno != EPERM && errno != ENOMEM) || pages == 1) return no_room(errno);
  }
}

PerfRing::PerfRing(FileDescriptor event, perf_event_mmap_page* control, size_t mapped_bytes)
    : event_(std::move(event)), control_(control), mapped_bytes_(mapped_bytes) {}

PerfRing::PerfRing(PerfRing&& other) noexcept
    : event_(std::move(other.event_)),
      control_(std::exchange(other.control_, nullptr)),
      mapped_bytes_(other.mapped_bytes_) {}

PerfRing& PerfRing::operator=(PerfRing&& other) noexcept {
  std::swap(event_, other.event_);
  std::swap(control_, other.control_);
  std::swap(mapped_bytes_, other.mapped_bytes_);
  return *this;
}

PerfRing::~PerfRing() {
  if (control_ != nullptr) munmap(control_, mapped_bytes_);
}

std::span<const uint64_t> PerfRing::words() const {
  const auto* const data = reinterpret_cast<const unsigned char*>(control_) + page_bytes();
  return {reinterpret_cast<const uint64_t*>(data),
          (mapped_bytes_ - page_bytes()) / sizeof(uint64_t)};
}

uint64_t PerfRing::tail() const {
  return control_->data_tail;  // only this side writes it
}

uint64_t PerfRing::head() const {
  return __atomic_load_n(&control_->data_head, __ATOMIC_ACQUIRE);
}

void PerfRing::release(uint64_t position) {
  __atomic_store_n(&control_->data_tail, position, __ATOMIC_RELEASE);
}

}  // namespace holdfast::probe
