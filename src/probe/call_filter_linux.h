// SPDX-License-Identifier: MIT
// The seccomp filter that a program under audit is started with: at the calls of core/lock_call the
// kernel stops it for its tracer, at all others it costs a few instructions. Decided by number and
// arguments in the kernel, so that raw system calls are seen as well as libc's.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace holdfast::probe {

/// The filter, for every architecture whose calls this kernel may take.
std::vector<sock_filter> make_call_filter();

/// Installs it for the calling thread and all that it starts; it stays through exec. 0 or an errno.
/// Where root's rights are missing, the kernel demands that the program can gain none either
/// (no_new_privs): setuid programs then run as the user. Allocates nothing: for between fork and
/// exec.
int install_call_filter(const std::vector<sock_filter>& filter);

}  // namespace holdfast::probe
