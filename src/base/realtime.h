// SPDX-License-Identifier: MIT
// The two marks of real-time code. HF_REALTIME promises that a function neither blocks nor throws;
// HF_RT_TEXT puts it into one linker section, so that the marked set is exactly the set that gets
// locked. g++ 12 refuses inline and template functions in a named section: make those
// always-inline (HF_RT_INLINE) and leave them unmarked; they become part of their marked caller.
#pragma once

#if defined(__clang__) && __clang_major__ >= 20
#define HF_REALTIME noexcept [[clang::nonblocking]]
#else
#define HF_REALTIME noexcept
#endif

#if defined(__APPLE__)
#define HF_RT_TEXT __attribute__((section("__TEXT,hf_rt_text")))
#else
#define HF_RT_TEXT __attribute__((section("hf_rt_text")))
#endif

#define HF_RT_INLINE __attribute__((always_inline)) inline
