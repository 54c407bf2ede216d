// SPDX-License-Identifier: MIT
#include "core/reporter_settings.h"

#define XXH_INLINE_ALL  // header only
#include <xxhash.h>

#include <algorithm>
#include <charconv>

namespace holdfast {
namespace {

constexpr size_t kMostListed = 16;
constexpr size_t kMostTextBytes = 2000;

bool is_hex16(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

int64_t number_or_0(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr int64_t kMost = int64_t{1} << 40;
  return std::clamp<int64_t>(value, 0, kMost);
}

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

std::string line_of(std::string_view key, std::string_view value) {
  if (value.empty()) return "";
  std::string line(key);
  line += ' ';
  for (const char c : value.substr(0, kMostTextBytes)) line += c == '\n' || c == '\r' ? ' ' : c;
  return line + "\n";
}

void parse_listed(std::string_view key, std::string_view value, ReporterSettings& settings) {
  const std::string_view install = take_word(value);
  if (!is_hex16(install)) return;
  if (key == "former_install" && settings.former.size() < kMostListed) {
    settings.former.push_back({std::string(install), number_or_0(value)});
  }
  if (key == "delete_install" && settings.pending.size() < kMostListed) {
    settings.pending.push_back({std::string(install), number_or_0(value)});
  }
}

void parse_settings_line(std::string_view key, std::string_view value, ReporterSettings& settings) {
  if (key == "consent") settings.consent = parse_consent(value).value_or(Consent::kOff);
  if (key == "install" && is_hex16(value)) settings.install = value;
  if (key == "install_hour") settings.install_hour = number_or_0(value);
  if (key == "salt" && is_hex16(value)) settings.salt = value;
  if (key == "url") settings.url = value;
  if (key == "token") settings.token = value;
  if (key == "clean_weight") {
    settings.clean_weight = std::min(number_or_0(value), kMostCleanWeight);
  }
  parse_listed(key, value, settings);
}

void forget_old(ReporterSettings& settings, int64_t hour) {
  std::erase_if(settings.former, [hour](const FormerInstall& former) {
    return hour - former.until_hour > kInstallHours;
  });
}

}  // namespace

std::string to_text(const ReporterSettings& settings) {
  std::string text = line_of("consent", name_of(settings.consent));
  text += line_of("install", settings.install);
  if (!settings.install.empty()) {
    text += line_of("install_hour", std::to_string(settings.install_hour));
  }
  text += line_of("salt", settings.salt) + line_of("url", settings.url);
  text += line_of("token", settings.token);
  if (settings.clean_weight > 0) {
    text += line_of("clean_weight", std::to_string(settings.clean_weight));
  }
  for (const FormerInstall& former : settings.former) {
    text += line_of("former_install", former.install + " " + std::to_string(former.until_hour));
  }
  for (const PendingDeletion& pending : settings.pending) {
    text += line_of("delete_install", pending.install + " " + std::to_string(pending.hour));
  }
  return text;
}

ReporterSettings parse_reporter_settings(std::string_view text) {
  ReporterSettings settings;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view key = take_word(line);
    parse_settings_line(key, line, settings);
  }
  return settings;
}

bool renew_install(ReporterSettings& settings, int64_t hour, std::string_view random_install,
                   std::string_view random_salt) {
  if (settings.consent == Consent::kOff) return false;
  const ReporterSettings before = settings;
  if (settings.salt.empty()) settings.salt = random_salt;
  if (settings.install_hour > hour) settings.install_hour = hour;
  if (settings.install.empty() || hour - settings.install_hour >= kInstallHours) {
    if (!settings.install.empty()) settings.former.push_back({settings.install, hour});
    settings.install = random_install;
    settings.install_hour = hour;
  }
  forget_old(settings, hour);
  return settings != before;
}

void withdraw(ReporterSettings& settings, int64_t hour) {
  forget_old(settings, hour);
  if (!settings.install.empty()) settings.former.push_back({settings.install, hour});
  for (FormerInstall& former : settings.former) {
    settings.pending.push_back({std::move(former.install), hour});
  }
  settings.former.clear();
  settings.install.clear();
  settings.install_hour = 0;
  settings.consent = Consent::kOff;
}

std::array<uint8_t, kReportIdBytes> session_digits(const ReporterSettings& settings,
                                                   std::string_view session) {
  std::string key = settings.salt + "\n" + settings.install + "\n";
  key += session;
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  std::array<uint8_t, kReportIdBytes> digits = {};
  for (size_t i = 0; i < 8; ++i) digits[i] = static_cast<uint8_t>(hash.low64 >> (8 * i));
  digits[8] = static_cast<uint8_t>(hash.high64);
  digits[9] = static_cast<uint8_t>(hash.high64 >> 8);
  return digits;
}

bool is_sampled(std::string_view report_id, int64_t weight) {
  const std::string_view digits = report_id.substr(report_id.rfind('-') + 1);
  uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return weight <= 1 || number % static_cast<uint64_t>(weight) == 0;
}

}  // namespace holdfast
