// SPDX-License-Identifier: MIT
// A diagnosis while it is being put together: every text passes the redaction on its way in.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cmd/redaction.h"
#include "core/diagnosis.h"

namespace holdfast::cmd {

/// One thread.
class DiagnosisDraft {
 public:
  DiagnosisDraft(Diagnosis diagnosis, const Redaction& redaction)
      : diagnosis_(std::move(diagnosis)), redaction_(redaction) {}

  /// A text, which is redacted.
  void add(const std::string& name, const std::string& what, std::string_view text) {
    add_as_is(name, what, redaction_(text));
  }
  /// What was made of redacted facts.
  void add_as_is(const std::string& name, const std::string& what, std::string content) {
    diagnosis_.members.push_back({name, what, std::move(content), {}});
  }
  /// What is not there.
  void miss(const std::string& what, const std::string& why, const std::string& how_to_get_it) {
    diagnosis_.gaps.push_back({what, redaction_(why), redaction_(how_to_get_it)});
  }

  /// For what is put into a form of its own afterwards: no form may hide a name from the redaction.
  [[nodiscard]] std::string redacted(std::string_view text) const { return redaction_(text); }

  [[nodiscard]] bool is_full() const { return redaction_.is_full(); }
  [[nodiscard]] Diagnosis& diagnosis() { return diagnosis_; }

 private:
  Diagnosis diagnosis_;
  const Redaction& redaction_;
};

}  // namespace holdfast::cmd
