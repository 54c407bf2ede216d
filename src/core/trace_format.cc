// SPDX-License-Identifier: MIT
#include "core/trace_format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/record_schema.h"

namespace holdfast {

uint64_t checksum_of(const ChunkHeader& header, std::span<const std::byte> payload) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, &header, offsetof(ChunkHeader, checksum));
  XXH3_64bits_update(&state, payload.data(), payload.size());
  return XXH3_64bits_digest(&state);
}

std::string describe(const SessionInfo& info) {
  return "holdfast trace " + std::to_string(kTraceFormat) + "\n" + to_text(info) + "record_bytes " +
         std::to_string(sizeof(Record)) + "\n" + schema_text();
}

}  // namespace holdfast
