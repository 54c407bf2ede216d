// SPDX-License-Identifier: MIT
#include "core/utc_moment.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

namespace chrono = std::chrono;

constexpr size_t kWholeSeconds = std::string_view("2024-02-13 16:26:25").size();
constexpr size_t kMostDigits = 9;

/// The digits at `at`; nothing unless all of them are digits and the number is at most `most`.
std::optional<unsigned> digits(std::string_view text, size_t at, size_t count, unsigned most) {
  const std::string_view part = text.substr(at, count);
  if (part.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto number = parse_number<unsigned>(part);
  return number && *number <= most ? number : std::nullopt;
}

std::optional<Nanos> date_at(std::string_view text) {
  const auto year = digits(text, 0, 4, 2200);
  const auto month = digits(text, 5, 2, 12);
  const auto day = digits(text, 8, 2, 31);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  const chrono::year_month_day date(chrono::year(static_cast<int>(*year)), chrono::month(*month),
                                    chrono::day(*day));
  if (!date.ok() || *year < 1970) return std::nullopt;
  return kSecond * int64_t{chrono::sys_days(date).time_since_epoch().count()} * 86400;
}

std::optional<Nanos> clock_at(std::string_view text) {
  const auto hour = digits(text, 11, 2, 23);
  const auto minute = digits(text, 14, 2, 59);
  const auto second = digits(text, 17, 2, 60);
  if (!hour || !minute || !second || text[13] != ':' || text[16] != ':') return std::nullopt;
  return kSecond * int64_t{*hour * 3600 + *minute * 60 + *second};
}

/// ".258015" and a zone; nothing when it is something else.
std::optional<Nanos> fraction_in(std::string_view text) {
  Nanos fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    if (count == 0 || count > kMostDigits) return std::nullopt;
    std::string nanos(text.substr(0, count));
    nanos.resize(kMostDigits, '0');
    fraction = Nanos(parse_number<int64_t>(nanos).value_or(0));
    text.remove_prefix(count);
  }
  const bool is_utc = text.empty() || text == "Z" || text == " UTC" || text == "UTC";
  return is_utc ? std::optional(fraction) : std::nullopt;
}

}  // namespace

Result<Nanos> parse_utc(std::string_view text) {
  if (text.size() >= kWholeSeconds && (text[10] == ' ' || text[10] == 'T')) {
    const auto date = date_at(text);
    const auto clock = clock_at(text);
    const auto fraction = fraction_in(text.substr(kWholeSeconds));
    if (date && clock && fraction) return *date + *clock + *fraction;
  }
  return usage_error("'" + std::string(text) +
                     "' is no time; expected one such as '2024-02-13 16:26:25' (UTC)");
}

}  // namespace holdfast
