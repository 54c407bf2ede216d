// SPDX-License-Identifier: MIT
// The first page of a swap file. Written here because mkswap is not on the PATH of every user and
// the format has not changed since Linux 2.1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace holdfast {

/// What `mkswap` writes for an area of `size_bytes`, which is at least ten whole pages of 4096.
/// Layout: union swap_header in the kernel's include/linux/swap.h.
std::array<std::byte, 4096> make_swap_header(int64_t size_bytes);

}  // namespace holdfast
