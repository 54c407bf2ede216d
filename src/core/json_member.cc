// SPDX-License-Identifier: MIT
#include "core/json_member.h"

#include <charconv>
#include <cmath>

namespace holdfast {
namespace {

/// What follows `"name":`.
std::optional<std::string_view> value_of(std::string_view object, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const size_t at = object.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  return object.substr(at + key.size());
}

template <class Number>
std::optional<Number> number_of(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  Number value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

/// Takes a quoted text from the front of `rest`.
std::optional<std::string> take_text(std::string_view& rest) {
  if (rest.empty() || rest.front() != '"') return std::nullopt;
  std::string text;
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    text += rest[i];
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> integer_member(std::string_view object, std::string_view name) {
  return number_of<int64_t>(value_of(object, name));
}

std::optional<double> number_member(std::string_view object, std::string_view name) {
  const auto value = number_of<double>(value_of(object, name));
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::string> text_member(std::string_view object, std::string_view name) {
  auto rest = value_of(object, name);
  return rest ? take_text(*rest) : std::nullopt;
}

std::vector<std::string> texts_member(std::string_view object, std::string_view name) {
  std::vector<std::string> texts;
  auto rest = value_of(object, name);
  if (!rest || rest->empty() || rest->front() != '[') return texts;
  do {
    rest->remove_prefix(1);
    auto text = take_text(*rest);
    if (!text) break;
    texts.push_back(std::move(*text));
  } while (!rest->empty() && rest->front() == ',');
  return texts;
}

}  // namespace holdfast
