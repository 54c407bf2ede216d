// SPDX-License-Identifier: MIT
// Asks a child process which symbol lies at an address. To look it up is to read large files and to
// grow, and this process is the one that is measured. The child is started at the first question,
// runs with little priority, is the first to die when memory runs out, and ends with its parent.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "core/page_owner.h"
#include "probe/elf_symbols_linux.h"
#include "probe/file_descriptor.h"

namespace holdfast::session {

/// The parent's end. One thread, which may wait; never the audio thread.
class Symbolizer {
 public:
  struct Options {
    std::vector<std::string> command = {"/proc/self/exe", "symbolize"};
    /// What the paths of the mappings are below: "/proc/PID/root" for a process in a container.
    std::string root;
    Nanos patience = kSecond * 2;  ///< How long an answer may take.
  };

  Symbolizer();
  explicit Symbolizer(Options options) : options_(std::move(options)) {}
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;
  ~Symbolizer() { end_child(); }

  /// The `symbol` line for the trace. Nothing where there is nothing to ask: the owner is no file
  /// with code. When the answer is "not known", also because the child failed, the line says so,
  /// and the address need not be asked about again.
  std::optional<std::string> symbol_line(const PageOwner& owner, uint64_t address);

  /// Questions that got no answer because the child died, hung, or could not be started.
  [[nodiscard]] uint64_t failures() const { return failures_; }

  /// Why symbols are missing, each reason once; those since the last call.
  std::vector<Unavailable> take_missing() { return std::exchange(missing_, {}); }

  /// The child; 0 while none runs.
  [[nodiscard]] pid_t child() const { return child_; }

 private:
  Result<std::string> ask(const std::string& question);
  Result<> start_child();
  Result<std::string> read_answer();
  void end_child();
  void miss(Unavailable missing);

  Options options_;
  pid_t child_ = 0;
  probe::FileDescriptor channel_;
  int starts_left_ = 3;  ///< A child that dies at every question is not started for ever.
  uint64_t failures_ = 0;
  std::set<std::string> told_;
  std::vector<Unavailable> missing_;
};

/// The child's side: the line that answers a Symbolizer's line.
std::string answer_symbol_question(std::string_view question, probe::ElfSymbols& symbols);

}  // namespace holdfast::session
