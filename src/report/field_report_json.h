// SPDX-License-Identifier: MIT
// A field report as the JSON of schema version 1: what `holdfast send` shows, queues and sends, to
// the byte.
#pragma once

#include <string>

#include "core/field_report.h"

namespace holdfast {

/// One line of JSON, without line feed. With basic consent, what only detail allows is left out:
/// object, section, symbol and history of each glitch.
std::string field_report_json(const FieldReport& report);

/// The same for the wish to be deleted.
std::string deletion_json(const DeletionRequest& request);

}  // namespace holdfast
