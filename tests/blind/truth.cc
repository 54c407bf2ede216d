// SPDX-License-Identifier: MIT
#include "blind/truth.h"

#include <cerrno>
#include <utility>

#include "report/json_writer.h"

namespace holdfast::blind {
namespace {

void add_text(JsonWriter& json, const char* name, const std::string& text) {
  if (text.empty()) {
    json.null_field(name);
  } else {
    json.field(name, text);
  }
}

void add_touches(JsonWriter& json, const std::vector<Touch>& touches) {
  json.begin_array("touches");
  for (const Touch& touch : touches) {
    json.begin_object();
    json.field("address", touch.address);
    json.field("begin_ns", touch.begin.count);
    json.field("end_ns", touch.end.count);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

Result<TruthFile> TruthFile::create(const std::string& path, std::string class_name) {
  FILE* file = fopen(path.c_str(), "we");
  if (file == nullptr) return system_error("cannot create " + path, errno);
  return TruthFile(file, std::move(class_name));
}

TruthFile::TruthFile(TruthFile&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)),
      class_name_(std::move(other.class_name_)),
      count_(other.count_) {}

TruthFile::~TruthFile() {
  if (file_ != nullptr) fclose(file_);
}

void TruthFile::add(const Truth& truth, const Expectation& expectation) {
  JsonWriter json;
  json.begin_object();
  json.field("class", class_name_);
  json.field("block", truth.block);
  json.field("begin_ns", truth.begin.count);
  json.field("end_ns", truth.end.count);
  json.field("cause", expectation.cause);
  add_text(json, "kind", expectation.kind);
  add_text(json, "where", expectation.where);
  add_text(json, "mapping", expectation.mapping);
  add_text(json, "symbol", expectation.symbol);
  json.field("symbol_begin", expectation.symbol_begin);
  json.field("address", truth.touches.empty() ? 0 : truth.touches.front().address);
  add_touches(json, truth.touches);
  json.end_object();
  fprintf(file_, "%s\n", json.text().c_str());
  count_++;
}

}  // namespace holdfast::blind
