// SPDX-License-Identifier: MIT
#include "core/field_report.h"

#include <algorithm>
#include <string>

namespace holdfast {
namespace {

constexpr size_t kMostWordBytes = 64;
constexpr int64_t kMillisecondsPerHour = 3'600'000;

bool is_field_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

void add_hex_byte(std::string& text, unsigned value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  text += kHex[(value >> 4) & 15];
  text += kHex[value & 15];
}

}  // namespace

std::string_view name_of(Consent consent) {
  switch (consent) {
    case Consent::kOff:
      return "off";
    case Consent::kBasic:
      return "basic";
    case Consent::kDetail:
      return "detail";
  }
  return "off";
}

std::optional<Consent> parse_consent(std::string_view word) {
  for (const Consent consent : {Consent::kOff, Consent::kBasic, Consent::kDetail}) {
    if (word == name_of(consent)) return consent;
  }
  return std::nullopt;
}

std::string_view name_of(FieldCause cause) {
  switch (cause) {
    case FieldCause::kMajorFault:
      return "major_fault";
    case FieldCause::kMinorFault:
      return "minor_fault";
    case FieldCause::kScheduling:
      return "sched";
    case FieldCause::kDevice:
      return "device";
    case FieldCause::kApp:
      return "app";
    case FieldCause::kUnknown:
      return "unknown";
  }
  return "unknown";
}

int load_bin(int percent) {
  return std::clamp(percent / 10, 0, kLoadBins - 1);
}

std::string report_id(int64_t hour, const std::array<uint8_t, kReportIdBytes>& random) {
  const auto time_ms = static_cast<uint64_t>(std::max<int64_t>(hour, 0) * kMillisecondsPerHour);
  std::array<unsigned, 16> bytes = {};
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned>(time_ms >> (40 - 8 * i)) & 0xff;
  for (size_t i = 0; i < kReportIdBytes; ++i) bytes[6 + i] = random[i];
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    add_hex_byte(text, bytes[i]);
  }
  return text;
}

std::string field_text(std::string_view text, size_t most) {
  std::string out(text.substr(0, most));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

std::string field_word(std::string_view text) {
  std::string word(text.substr(0, kMostWordBytes));
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!is_field_character(c)) c = '-';
  }
  return word.empty() ? "unknown" : word;
}

}  // namespace holdfast
