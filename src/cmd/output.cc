// SPDX-License-Identifier: MIT
#include "cmd/output.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cmd/exit.h"
#include "report/printable.h"

namespace holdfast::cmd {
namespace {

bool wants_color(const std::string& choice) {
  if (choice != "auto") return choice == "always";
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool is_refused = no_color != nullptr && *no_color != '\0';
  const bool is_dumb = term == nullptr || std::strcmp(term, "dumb") == 0;
  return !is_refused && !is_dumb && isatty(STDOUT_FILENO) == 1;
}

}  // namespace

void add_output_options(CLI::App& app, OutputOptions& options) {
  app.add_flag("--json", options.is_json, "Print JSON Lines instead of text");
  app.add_option("--color", options.color, "auto, always or never (auto obeys NO_COLOR)")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

Output::Output(const char* program, const OutputOptions& options)
    : program_(program),
      is_json_(options.is_json),
      is_colored_(!options.is_json && wants_color(options.color)) {}

void Output::line(std::string_view text) {
  write(printable(text) + "\n");
}

void Output::alarm_line(std::string_view text) {
  const std::string shown = printable(text);
  write((is_colored_ ? "\033[31m" + shown + "\033[0m" : shown) + "\n");
}

void Output::text(std::string_view lines) {
  write(printable(lines));
}

void Output::write(std::string_view bytes) {
  if (write_errno_ != 0) return;
  clear_progress();
  write_errno_ = write_stdout(bytes);
  if (write_errno_ != 0) request_stop();
}

void Output::advice(std::string_view lines) {
  clear_progress();
  const std::string shown = printable(lines);
  std::fwrite(shown.data(), 1, shown.size(), stderr);
}

void Output::progress(std::string_view text) {
  if (isatty(STDERR_FILENO) != 1) return;
  std::fprintf(stderr, "\r\033[K%s", printable(text).c_str());
  std::fflush(stderr);
  has_progress_ = true;
}

void Output::clear_progress() {
  if (!has_progress_) return;
  std::fputs("\r\033[K", stderr);
  has_progress_ = false;
}

int Output::finish(const Result<int>& code) {
  clear_progress();
  return finish(code ? *code : fail(program_, code.error()));
}

int Output::finish(int code) {
  clear_progress();
  if (write_errno_ == 0) return code;
  if (write_errno_ == EPIPE) {
    std::fprintf(stderr, "%s: nobody reads stdout any more; stopped early\n", program_);
    return code;
  }
  std::fprintf(stderr, "%s: cannot write to stdout: %s; free some space or write elsewhere\n",
               program_, std::strerror(write_errno_));
  return kUnavailable;
}

}  // namespace holdfast::cmd
