// SPDX-License-Identifier: MIT
#include "cmd/device_listing.h"

#include "report/json_writer.h"

namespace holdfast::cmd {

std::string listing_json(const DeviceListing& listing) {
  JsonWriter json = begin_line("holdfast.device/1");
  json.field("name", listing.name);
  json.field("description", listing.description);
  json.field("available", listing.is_available);
  json.field("default", listing.is_default);
  json.begin_array("sources");
  for (const std::string& source : listing.sources) json.value(source);
  json.end_array();
  return end_line(json);
}

}  // namespace holdfast::cmd
