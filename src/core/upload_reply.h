// SPDX-License-Identifier: MIT
// What a collector answers to a batch of reports, and what that means for each of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

/// What to do with a report.
enum class ReportVerdict : uint8_t {
  kDelivered,  ///< It is there, now or from an earlier try.
  kRefused,    ///< It will never be taken.
  kRetry,      ///< Later.
};

/// The answer for one report.
struct ReportReply {
  ReportVerdict verdict = ReportVerdict::kRetry;
  std::string why;  ///< In the collector's words; printable, short.
};

/// The body of an answer.
struct UploadReply {
  std::map<std::string, ReportReply, std::less<>> reports;  ///< By id.
  std::optional<int64_t> clean_weight;  ///< What one clean session is to stand for; 1 to 1000.
};

/// Reads the objects {"id":..., "status":..., "why":...} of a body, one per line or in an array.
/// stored, accepted and duplicate are delivered; refused and invalid are refused; whatever else is
/// to be tried again. Anything at all may come in.
UploadReply parse_upload_reply(std::string_view body);

/// What the status of a whole request means.
enum class RequestVerdict : uint8_t {
  kAnswered,   ///< Each report has its answer in the body.
  kLater,      ///< The collector or the way to it is in trouble.
  kTooMuch,    ///< Fewer reports at once; one alone is refused.
  kMisplaced,  ///< Wrong address or token: the reports are not at fault.
  kPlain,      ///< Without compression.
};
RequestVerdict request_verdict(int http_status);

}  // namespace holdfast
