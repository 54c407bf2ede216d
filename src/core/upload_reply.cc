// SPDX-License-Identifier: MIT
#include "core/upload_reply.h"

#include <algorithm>

#include "core/field_report.h"
#include "core/json_member.h"

namespace holdfast {
namespace {

constexpr size_t kMostReasonBytes = 200;
constexpr size_t kMostAnswers = 1000;
constexpr int64_t kMostWeight = 1000;

/// Calls `each` with every innermost object of any JSON, however it is wrapped.
template <class Each>
void for_each_flat_object(std::string_view text, Each each) {
  size_t begin = std::string_view::npos;
  bool is_text = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_text) {
      if (c == '\\') ++i;
      if (c == '"') is_text = false;
      continue;
    }
    if (c == '"') is_text = true;
    if (c == '{') begin = i;
    if (c != '}' || begin == std::string_view::npos) continue;
    each(text.substr(begin, i + 1 - begin));
    begin = std::string_view::npos;
  }
}

/// Without blanks outside of texts, which our own JSON does not have.
std::string compact(std::string_view text) {
  std::string out;
  bool is_text = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!is_text && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
    out += c;
    if (is_text && c == '\\' && i + 1 < text.size()) out += text[++i];
    if (c == '"') is_text = !is_text;
  }
  return out;
}

ReportVerdict verdict_of(std::string_view status) {
  for (const std::string_view word : {"stored", "accepted", "duplicate"}) {
    if (status == word) return ReportVerdict::kDelivered;
  }
  for (const std::string_view word : {"refused", "invalid"}) {
    if (status == word) return ReportVerdict::kRefused;
  }
  return ReportVerdict::kRetry;
}

}  // namespace

UploadReply parse_upload_reply(std::string_view body) {
  UploadReply reply;
  const std::string text = compact(body);
  for_each_flat_object(text, [&](std::string_view object) {
    const auto id = text_member(object, "id");
    const auto status = text_member(object, "status");
    if (!id || !status || reply.reports.size() >= kMostAnswers) return;
    const std::string why = text_member(object, "why").value_or("");
    reply.reports[*id] = {verdict_of(*status), field_text(why, kMostReasonBytes)};
  });
  const auto weight = integer_member(text, "clean_weight");
  if (weight) reply.clean_weight = std::clamp<int64_t>(*weight, 1, kMostWeight);
  return reply;
}

RequestVerdict request_verdict(int http_status) {
  switch (http_status) {
    case 200:
    case 202:
      return RequestVerdict::kAnswered;
    case 400:
    case 409:
    case 413:
    case 422:
      return RequestVerdict::kTooMuch;
    case 415:
      return RequestVerdict::kPlain;
    case 408:
    case 425:
    case 429:
      return RequestVerdict::kLater;
    default:
      break;
  }
  const bool is_ours = http_status >= 300 && http_status < 500;
  return is_ours ? RequestVerdict::kMisplaced : RequestVerdict::kLater;
}

}  // namespace holdfast
