// SPDX-License-Identifier: MIT
// holdfast devices: the sound systems that can be given to --device.
#include <memory>

#include "cmd/command.h"
#include "cmd/device_listing.h"
#include "cmd/exit.h"
#include "cmd/output.h"

namespace holdfast::cmd {
namespace {

std::string listing_line(const DeviceListing& listing) {
  std::string line = listing.is_default ? "* " : "  ";
  line += listing.name;
  line.append(listing.name.size() < 12 ? 12 - listing.name.size() : 1, ' ');
  line += listing.description;
  for (const std::string& source : listing.sources) {
    line += "\n                --device '" + listing.name + ":" + source + "'";
  }
  return line;
}

int run_devices(const OutputOptions& options) {
  Output output("holdfast devices", options);
  for (const DeviceListing& listing : list_devices()) {
    output.line(output.is_json() ? listing_json(listing) : listing_line(listing));
  }
  if (!output.is_json()) output.advice("* is what --device defaults to\n");
  return output.finish(kHolds);
}

}  // namespace

Command add_devices(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("devices", "List the sound systems, and which can be used here");
  auto options = std::make_shared<OutputOptions>();
  add_output_options(*command, *options);
  command->footer("Example: holdfast devices --json");
  return {command, [options] { return run_devices(*options); }};
}

}  // namespace holdfast::cmd
