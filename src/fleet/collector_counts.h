// SPDX-License-Identifier: MIT
// What a collector has done with what came in, for /metrics and for the line at its end.
#pragma once

#include <cstdint>
#include <string>

#include "fleet/http_server.h"
#include "fleet/shipper.h"
#include "fleet/store_writer.h"

namespace holdfast::fleet {

/// Counted on the serving thread.
struct IntakeCounts {
  uint64_t stored = 0;
  uint64_t duplicates = 0;
  uint64_t refused_by_schema = 0;
  uint64_t refused_by_store = 0;  ///< Conflicting ids, and too many of one installation.
  uint64_t unauthorized = 0;
  uint64_t not_unpacked = 0;  ///< Bodies that were no gzip or too much of it.
  uint64_t busy = 0;          ///< Requests that were told to come again.
};

/// All counters in the text format of Prometheus, version 0.0.4.
std::string metrics_text(const IntakeCounts& intake, const HttpCounts& http,
                         const StoreWriter::Counts& writer);
/// Those of a collector whose reports go on to another store.
std::string shipping_metrics(const ShippingCounts& counts);

}  // namespace holdfast::fleet
