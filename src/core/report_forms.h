// SPDX-License-Identifier: MIT
// The written forms inside field reports: ids, hours, installations. What is read is exactly what
// would be written; there is no second way to write any of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/received_report.h"

namespace holdfast {

/// Hours since 1970 of "2024-02-13T16Z"; nothing for any other form or for a day that no calendar
/// has. Years 1970 to 9999.
std::optional<int64_t> parse_report_hour(std::string_view text);
std::string report_hour_text(int64_t hour);

/// Days since 1970 of "2024-02-13".
std::optional<int64_t> parse_day(std::string_view text);
std::string day_text(int64_t day);

/// A UUID of version 7 (RFC 9562) in lower case, whose time is a whole hour: a finer one would tell
/// when somebody worked.
std::optional<ReportId> parse_report_id(std::string_view text);
std::string report_id_text(const ReportId& id);

/// 16 hexadecimal digits, lower case.
std::optional<uint64_t> parse_install(std::string_view text);
std::string install_text(uint64_t install);

/// 1 to 64 of a-z, 0-9, dot, underscore and minus: names of apps, versions, sound systems.
bool is_plain_name(std::string_view text);

/// UTF-8 without control characters (those of ASCII, and U+0080 to U+009F).
bool is_printable_text(std::string_view text);

}  // namespace holdfast
