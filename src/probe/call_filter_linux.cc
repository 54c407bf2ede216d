// SPDX-License-Identifier: MIT
#include "probe/call_filter_linux.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "core/lock_call.h"

namespace holdfast::probe {
namespace {

using Program = std::vector<sock_filter>;

sock_filter statement(int code, uint32_t value) {
  return {static_cast<uint16_t>(code), 0, 0, value};
}

/// Goes `skip` instructions further unless the value is `value`.
sock_filter skip_unless(uint32_t value, size_t skip) {
  return {BPF_JMP | BPF_JEQ | BPF_K, 0, static_cast<uint8_t>(skip), value};
}

sock_filter load(size_t offset) {
  return statement(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}

/// The lower half: both machines that are supported store it first.
size_t argument_offset(unsigned index) {
  return offsetof(seccomp_data, args) + index * sizeof(uint64_t);
}

const sock_filter kAllow = statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
const sock_filter kTrace = statement(BPF_RET | BPF_K, SECCOMP_RET_TRACE);

/// What follows when the number is the right one; always returns.
Program judge_arguments(const ArgumentTest& test) {
  if (test.values.empty()) return {kTrace};
  Program program = {load(argument_offset(test.index)),
                     statement(BPF_ALU | BPF_AND | BPF_K, test.mask)};
  for (const uint32_t value : test.values) {
    program.push_back(skip_unless(value, 1));
    program.push_back(kTrace);
  }
  program.push_back(kAllow);
  return program;
}

/// What follows when the architecture is the right one; always returns.
Program judge_numbers(uint32_t architecture) {
  Program program = {load(offsetof(seccomp_data, nr))};
  if (architecture == kArchitectureX86Wide) {
    program.push_back(statement(BPF_ALU | BPF_AND | BPF_K, ~kX32Bit));
  }
  for (const WatchedCall& call : watched_calls(architecture)) {
    const Program body = judge_arguments(call.test);
    program.push_back(skip_unless(call.number, body.size()));
    program.insert(program.end(), body.begin(), body.end());
  }
  program.push_back(kAllow);
  return program;
}

}  // namespace

std::vector<sock_filter> make_call_filter() {
  Program program = {load(offsetof(seccomp_data, arch))};
  for (const uint32_t architecture : {kArchitectureX86Wide, kArchitectureX86, kArchitectureArm64}) {
    const Program body = judge_numbers(architecture);
    program.push_back(skip_unless(architecture, body.size()));
    program.insert(program.end(), body.begin(), body.end());
  }
  program.push_back(kAllow);
  return program;
}

int install_call_filter(const std::vector<sock_filter>& filter) {
  sock_fprog program = {static_cast<unsigned short>(filter.size()),
                        const_cast<sock_filter*>(filter.data())};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0) return 0;
  if (errno != EACCES) return errno;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

}  // namespace holdfast::probe
