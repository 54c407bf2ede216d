// SPDX-License-Identifier: MIT
// What was really done to the audio thread: one line of JSON for each injection, written by the one
// who did it, and by nothing that Holdfast measures with.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"

namespace holdfast::blind {

/// One access to memory that was not there.
struct Touch {
  uint64_t address = 0;
  Nanos begin;
  Nanos end;
};

/// What a verdict should say. Empty strings: nothing is expected, and nothing is compared.
struct Expectation {
  std::string cause;
  std::string kind;
  std::string where;
  std::string mapping;
  std::string symbol;
  uint64_t symbol_begin = 0;
};

/// One injection.
struct Truth {
  int64_t block = -1;  ///< Position of the block in whose callback, or after which, it was done.
  Nanos begin;         ///< CLOCK_MONOTONIC around it.
  Nanos end;
  Nanos cpu;  ///< Of it, on a processor, by the thread's own clock; 0 where nobody looked.
  std::vector<Touch> touches;
};

/// Does one injection, and waits for its end. Nothing: it could not be done this time.
using Inject = std::function<std::optional<Truth>()>;

/// The file of truths. One thread.
class TruthFile {
 public:
  static Result<TruthFile> create(const std::string& path, std::string class_name);
  TruthFile(TruthFile&& other) noexcept;
  TruthFile& operator=(TruthFile&&) = delete;
  ~TruthFile();

  void add(const Truth& truth, const Expectation& expectation);
  [[nodiscard]] int64_t count() const { return count_; }

 private:
  TruthFile(FILE* file, std::string class_name) : file_(file), class_name_(std::move(class_name)) {}

  FILE* file_;
  std::string class_name_;
  int64_t count_ = 0;
};

}  // namespace holdfast::blind
