// SPDX-License-Identifier: MIT
// The border between C and C++: structs of any size in and out, error codes and one sentence, no
// exception across.
#pragma once

#include <holdfast/holdfast.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>

#include "base/realtime.h"
#include "base/result.h"

namespace holdfast::lib {

/// What hf_error_text() says on this thread.
std::string& error_text();

/// HF_ERROR_... for an error.
int code_of(ErrorKind kind);

/// An argument that makes no sense.
Error usage(const char* what);

/// Takes over the caller's struct, as far as it goes; the rest is zero. False without a struct, and
/// when its size is none that a struct has: it would end within a pointer. RT safe.
template <class Struct>
HF_RT_INLINE bool take(Struct& known, const Struct* given) {
  known = {};
  if (given == nullptr || given->struct_size < sizeof(size_t)) return false;
  if (given->struct_size % alignof(Struct) != 0) return false;
  const size_t given_bytes = given->struct_size;
  std::memcpy(&known, given, given_bytes < sizeof known ? given_bytes : sizeof known);
  return true;
}

/// Gives `value` back in the caller's struct, as far as it goes. RT safe.
template <class Struct>
HF_RT_INLINE void give(Struct value, Struct* into) {
  value.struct_size = into->struct_size;
  std::memcpy(into, &value, value.struct_size < sizeof value ? value.struct_size : sizeof value);
}

/// The caller's struct, with a sentence when it cannot be used.
template <class Struct>
Result<Struct> read_struct(const Struct* given) {
  Struct known;
  if (given == nullptr) return usage("a struct is missing: NULL");
  if (!take(known, given)) return usage("struct_size is not set to the size of the struct");
  return known;
}

/// Runs `action`, and keeps what it says for hf_error_text().
template <class Action>
int guarded(Action action) {
  try {
    error_text().clear();
    const Result<> result = action();
    if (result) return HF_OK;
    error_text() = result.error().what;
    return code_of(result.error().kind);
  } catch (const std::exception&) {  // too little memory; there may be none for a sentence either
    error_text().clear();
    return HF_ERROR_SYSTEM;
  }
}

}  // namespace holdfast::lib
