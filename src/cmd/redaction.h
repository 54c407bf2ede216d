// SPDX-License-Identifier: MIT
// What is taken out of every text before it is given away: who and where this is, and which single
// device. Nothing, when the user wants it all told.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::cmd {

/// One thread.
class Redaction {
 public:
  /// Knows the names of this host and user, and their homes. `is_full`: changes no text.
  explicit Redaction(bool is_full);

  [[nodiscard]] bool is_full() const { return is_full_; }

  /// Learns the owners of homes in `text`: it may come from another machine.
  void learn(std::string_view text);

  /// `text` without all that.
  [[nodiscard]] std::string operator()(std::string_view text) const;

 private:
  bool is_full_;
  std::vector<std::string> homes_;
  std::set<std::string> names_;
};

}  // namespace holdfast::cmd
