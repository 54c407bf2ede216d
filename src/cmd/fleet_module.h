// SPDX-License-Identifier: MIT
// Finds and loads lib/holdfast/fleet.so, which holds the collector and what it needs.
#pragma once

#include <string>

#include "base/result.h"
#include "fleet/module.h"

namespace holdfast::cmd {

/// Loads the module, for the rest of this process's life. Errors: kUnavailable, with what to do.
Result<const fleet::Module*> load_fleet_module();

/// Where reports are kept unless somebody says otherwise: $XDG_DATA_HOME/holdfast/reports.db, else
/// ~/.local/share/holdfast/reports.db. Makes the folder. Errors: kUnavailable.
Result<std::string> default_store();

}  // namespace holdfast::cmd
