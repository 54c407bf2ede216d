// SPDX-License-Identifier: MIT
// Results go to stdout, line by line and at once; what people may want to know besides goes to
// stderr. A reader that leaves (`| head`) ends the program in order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace holdfast::cmd {

/// What every command can be told about its output.
struct OutputOptions {
  bool is_json = false;
  std::string color = "auto";
};

/// Adds --json and --color.
void add_output_options(CLI::App& app, OutputOptions& options);

/// The standard output of one command. One thread.
class Output {
 public:
  Output(const char* program, const OutputOptions& options);

  /// One result line, without its line break. After a failed write: nothing, and a stop is asked
  /// for.
  void line(std::string_view text);
  /// The same, highlighted on a terminal that wants it: something went wrong here.
  void alarm_line(std::string_view text);
  /// Several lines, complete with line breaks.
  void text(std::string_view lines);

  /// To stderr, as it is.
  void advice(std::string_view lines);
  /// Replaces the last progress line on stderr; nothing unless stderr is a terminal.
  void progress(std::string_view text);

  /// Says on stderr why stdout failed, if it did. The exit code to use instead of `code`.
  [[nodiscard]] int finish(int code);
  /// The same for a command that may have failed: its error goes to stderr.
  [[nodiscard]] int finish(const Result<int>& code);

  [[nodiscard]] bool is_json() const { return is_json_; }

 private:
  void write(std::string_view bytes);
  void clear_progress();

  const char* program_;
  bool is_json_;
  bool is_colored_;
  bool has_progress_ = false;
  int write_errno_ = 0;
};

}  // namespace holdfast::cmd
