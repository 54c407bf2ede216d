// SPDX-License-Identifier: MIT
// Glitches that memory is to blame for.
#include <unistd.h>

#include <algorithm>

#include "blind/injection.h"

namespace holdfast::blind {
Inject page_injection(const Scene& scene, PagedObject& object, const Evictor& evictor) {
  return [scene, &object, evictor]() -> std::optional<Truth> {
    if (object.is_late) {
      place_late(object, scene.callback.thread_local_target());
      prepare_pages(object);
    }
    const std::vector<uint64_t> addresses = choose_addresses(object, scene.random);
    if (!evictor.take_out(object, addresses)) return std::nullopt;
    usleep(static_cast<useconds_t>(scene.away.count / kMicrosecond.count));
    Order order;
    order.action = object.action;
    std::ranges::copy(addresses, order.addresses.begin());
    order.count = addresses.size();
    order.range_begin = object.range.begin;
    order.range_bytes = object.range.size_bytes;
    return scene.callback.obey(order);
  };
}

}  // namespace holdfast::blind
