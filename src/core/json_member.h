// SPDX-License-Identifier: MIT
// Members of one JSON object that this program wrote itself, in one line: numbers, texts and
// arrays of texts, by name. No parser of JSON: names are expected to stand for themselves, once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

/// The integer member `name`; nothing when it is absent, null or no integer.
std::optional<int64_t> integer_member(std::string_view object, std::string_view name);

/// The number `name`; nothing when it is absent, null or not finite.
std::optional<double> number_member(std::string_view object, std::string_view name);

/// The text `name`, escapes of single characters undone; nothing when it is absent, no text or cut
/// off.
std::optional<std::string> text_member(std::string_view object, std::string_view name);

/// The array of texts `name`; empty when it is absent.
std::vector<std::string> texts_member(std::string_view object, std::string_view name);

}  // namespace holdfast
