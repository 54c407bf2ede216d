// SPDX-License-Identifier: MIT
// Finds and loads lib/holdfast/fleet.so, which holds the collector and what it needs.
#pragma once

#include <string>

#include "base/result.h"
#include "fleet/module.h"

namespace holdfast::cmd {

/// Loads the module, for the rest of this process's life. Errors: kUnavailable, with what to do.
Result<const fleet::Module*> load_fleet_module();

/// Words of the command line about where reports are kept.
struct StoreWords {
  std::string store;  ///< A file, or clickhouse=URL[,URL...].
  std::string inbox;
  std::string database = "default";
  std::string cluster;
};

/// The place that the words say. Errors: kUsage; those of default_store().
Result<fleet::StorePlace> store_place(const StoreWords& words, const fleet::Module& module);

/// Where reports are kept unless somebody says otherwise: $XDG_DATA_HOME/holdfast/reports.db, else
/// ~/.local/share/holdfast/reports.db. Makes the folder. Errors: kUnavailable.
Result<std::string> default_store();

}  // namespace holdfast::cmd
