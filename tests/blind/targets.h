// SPDX-License-Identifier: MIT
// Named code and data of the victim and of its library, each in pages of its own, so that one can
// be taken out of memory without its neighbours. Code consists of returns: any byte can be called.
#pragma once

#include <cstddef>

namespace holdfast::blind {

inline constexpr size_t kPageBytes = 4096;
inline constexpr size_t kTargetBytes = 64 * kPageBytes;

}  // namespace holdfast::blind

extern "C" {

/// Code of the program.
void blind_text();
/// Initialised data, zeroed data and constants of the program.
extern unsigned char blind_data[holdfast::blind::kTargetBytes];
extern unsigned char blind_zeroes[holdfast::blind::kTargetBytes];
extern const unsigned char blind_constants[holdfast::blind::kTargetBytes];
/// Code of libblind_library.so.
void blind_library_text();
/// Where the library's `blind_library_table` lies: kTargetBytes of initialised data. Not declared
/// itself, because the linker would move a table that the program names into the program.
unsigned char* blind_library_table_address();

}  // extern "C"

/// kTargetBytes of return instructions under one name. Pages without a name keep them away from
/// what else is read of the file: who reads its headers maps 16 pages around them, and what
/// somebody else maps cannot leave memory.
#if defined(__x86_64__)
#define HF_BLIND_RETURNS(pages) ".fill " pages " * 4096, 1, 0xc3\n"
#else
#define HF_BLIND_RETURNS(pages) ".fill " pages " * 1024, 4, 0xd65f03c0\n"
#endif
#define HF_BLIND_CODE(name)                                                \
  asm(".pushsection .text." name                                           \
      ",\"ax\",@progbits\n"                                                \
      ".balign 4096\n" HF_BLIND_RETURNS(                                   \
          "32") ".globl " name                                             \
                "\n"                                                       \
                ".type " name ", @function\n" name ":\n" HF_BLIND_RETURNS( \
                    "64") ".size " name ", 64 * 4096\n" HF_BLIND_RETURNS("32") ".popsection\n")
