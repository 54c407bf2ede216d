// SPDX-License-Identifier: MIT
#include "core/preemption.h"

#include <array>
#include <optional>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

constexpr std::array<Preemption, 4> kSwitchable = {Preemption::kNone, Preemption::kVoluntary,
                                                   Preemption::kLazy, Preemption::kFull};

Preemption named(std::string_view word) {
  for (const Preemption preemption : kSwitchable) {
    if (word == name_of(preemption)) return preemption;
  }
  return Preemption::kUnknown;
}

bool has_word(std::string_view text, std::string_view wanted) {
  TextReader words(text);
  while (!words.is_at_end()) {
    if (words.take_field() == wanted) return true;
  }
  return false;
}

/// "preempt=full" among the words of the command line.
Preemption of_command_line(std::string_view text) {
  constexpr std::string_view kKey = "preempt=";
  TextReader words(text.substr(0, text.find('\n')));
  Preemption last = Preemption::kUnknown;
  while (!words.is_at_end()) {
    const std::string_view word = words.take_field();
    if (word.starts_with(kKey)) last = named(word.substr(kKey.size()));
  }
  return last;
}

/// The word in parentheses.
Preemption of_switch(std::string_view text) {
  const size_t begin = text.find('(');
  const size_t end = text.find(')');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    return Preemption::kUnknown;
  }
  return named(text.substr(begin + 1, end - begin - 1));
}

Preemption of_configuration(std::string_view text) {
  TextReader lines(text);
  while (!lines.is_at_end()) {
    const std::string_view line = lines.take_line();
    if (line == "CONFIG_PREEMPT_RT=y") return Preemption::kRealTime;
    if (line == "CONFIG_PREEMPT=y") return Preemption::kFull;
    if (line == "CONFIG_PREEMPT_LAZY=y") return Preemption::kLazy;
    if (line == "CONFIG_PREEMPT_VOLUNTARY=y") return Preemption::kVoluntary;
    if (line == "CONFIG_PREEMPT_NONE=y") return Preemption::kNone;
  }
  return Preemption::kUnknown;
}

}  // namespace

std::string_view name_of(Preemption preemption) {
  switch (preemption) {
    case Preemption::kNone:
      return "none";
    case Preemption::kVoluntary:
      return "voluntary";
    case Preemption::kLazy:
      return "lazy";
    case Preemption::kFull:
      return "full";
    case Preemption::kRealTime:
      return "PREEMPT_RT";
    case Preemption::kUnknown:
      break;
  }
  return "unknown";
}

Preemption judge_preemption(const PreemptionSources& sources) {
  if (has_word(sources.version, "PREEMPT_RT")) return Preemption::kRealTime;
  if (const auto now = of_switch(sources.own_switch); now != Preemption::kUnknown) return now;
  if (has_word(sources.version, "PREEMPT")) return Preemption::kFull;
  const bool is_switchable = has_word(sources.version, "PREEMPT_DYNAMIC");
  if (is_switchable) {
    const Preemption asked = of_command_line(sources.command_line);
    if (asked != Preemption::kUnknown) return asked;
  }
  return of_configuration(sources.configuration);
}

}  // namespace holdfast
