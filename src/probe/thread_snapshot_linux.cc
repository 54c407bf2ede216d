// SPDX-License-Identifier: MIT
#include "probe/thread_snapshot_linux.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "probe/page_cache_linux.h"

namespace holdfast::probe {
namespace {

constexpr size_t kMostPages = 8;

#if defined(__x86_64__)
void sort_registers(const user_regs_struct& r, ThreadSnapshot& snapshot) {
  snapshot.registers = {r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8,
                        r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rip};
  snapshot.register_count = 17;
}
#elif defined(__aarch64__)
void sort_registers(const user_regs_struct& r, ThreadSnapshot& snapshot) {
  for (size_t i = 0; i < 31; ++i) snapshot.registers[i] = r.regs[i];
  snapshot.registers[31] = r.sp;
  snapshot.register_count = 32;
}
#endif

void read_registers(pid_t thread, ThreadSnapshot& snapshot) {
  user_regs_struct registers = {};
  iovec place = {&registers, sizeof registers};
  void* const set = reinterpret_cast<void*>(uintptr_t{NT_PRSTATUS});
  if (ptrace(PTRACE_GETREGSET, thread, set, &place) != 0) return;
  if (place.iov_len == sizeof registers) sort_registers(registers, snapshot);
}

/// Page by page: what lies behind the stack's end is not there to be read.
void read_stack(pid_t thread, ThreadSnapshot& snapshot) {
  const size_t page = page_bytes();
  std::array<iovec, kMostPages> theirs = {};
  uint64_t address = snapshot.stack_pointer;
  size_t size_bytes = 0;
  for (iovec& piece : theirs) {
    const size_t length = page - address % page;
    piece = {reinterpret_cast<void*>(address), length};  // NOLINT(performance-no-int-to-ptr)
    address += length;
    size_bytes += length;
  }
  snapshot.stack.resize(size_bytes);
  const iovec ours = {snapshot.stack.data(), size_bytes};
  const ssize_t read = process_vm_readv(thread, &ours, 1, theirs.data(), theirs.size(), 0);
  snapshot.stack.resize(read > 0 ? static_cast<size_t>(read) : 0);
}

}  // namespace

ThreadSnapshot take_thread_snapshot(pid_t thread, uint64_t program_counter,
                                    uint64_t stack_pointer) {
  ThreadSnapshot snapshot;
  snapshot.program_counter = program_counter;
  snapshot.stack_pointer = stack_pointer;
  read_registers(thread, snapshot);
  read_stack(thread, snapshot);
  return snapshot;
}

}  // namespace holdfast::probe
