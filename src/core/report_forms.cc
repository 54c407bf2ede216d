// SPDX-License-Identifier: MIT
#include "core/report_forms.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace holdfast {
namespace {

constexpr size_t kDayLength = 10;  // "2024-02-13"
constexpr uint64_t kHourMs = 3'600'000;
constexpr size_t kLongestPlainName = 64;

std::optional<int> parse_digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_dash_place(size_t place) {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

}  // namespace

std::optional<int64_t> parse_day(std::string_view text) {
  if (text.size() != kDayLength || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_digits(text.substr(0, 4));
  const auto month = parse_digits(text.substr(5, 2));
  const auto day = parse_digits(text.substr(8, 2));
  if (!year || !month || !day || *year < 1970) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::string day_text(int64_t day) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(day)))};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::optional<int64_t> parse_report_hour(std::string_view text) {
  if (text.size() != kDayLength + 4 || text[kDayLength] != 'T' || text.back() != 'Z') {
    return std::nullopt;
  }
  const auto day = parse_day(text.substr(0, kDayLength));
  const auto hour = parse_digits(text.substr(kDayLength + 1, 2));
  if (!day || !hour || *hour > 23) return std::nullopt;
  return *day * 24 + *hour;
}

std::string report_hour_text(int64_t hour) {
  const int64_t in_day = hour % 24;
  return day_text(hour / 24) + (in_day < 10 ? "T0" : "T") + std::to_string(in_day) + "Z";
}

std::optional<ReportId> parse_report_id(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  ReportId id{};
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); i++) {
    if (is_dash_place(i) != (text[i] == '-')) return std::nullopt;
    if (text[i] == '-') continue;
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    id[digits / 2] = static_cast<uint8_t>(id[digits / 2] << 4 | digit);
    digits++;
  }
  uint64_t time_ms = 0;
  for (size_t i = 0; i < 6; i++) time_ms = time_ms << 8 | id[i];
  const bool is_version_7 = id[6] >> 4 == 7 && id[8] >> 6 == 2;
  if (!is_version_7 || time_ms % kHourMs != 0) return std::nullopt;
  return id;
}

std::string report_id_text(const ReportId& id) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : id) {
    if (is_dash_place(text.size())) text += '-';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<uint64_t> parse_install(std::string_view text) {
  const bool has_form = text.size() == 16 && std::all_of(text.begin(), text.end(),
                                                         [](char c) { return hex_digit(c) >= 0; });
  if (!has_form) return std::nullopt;
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

std::string install_text(uint64_t install) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(install));
  return text;
}

bool is_plain_name(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kLongestPlainName &&
         std::all_of(text.begin(), text.end(), is_allowed);
}

bool is_printable_text(std::string_view text) {
  for (size_t i = 0; i < text.size(); i++) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < ' ' || byte == 0x7F) return false;
    const bool is_c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_c1) return false;
  }
  return true;
}

}  // namespace holdfast
