// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_RANGETREE_QOM_ORDER_H_
#define E820CHECK_RANGETREE_QOM_ORDER_H_

#include <cstdint>
#include <string>
#include <vector>

namespace e820check {

// QEMU keeps an object's children in a GLib hash table, and visits them in the
// order of its buckets (doc/spec/qemu-layout.md 6.7). Takes different names in
// the order in which they were added and returns their indexes in visiting
// order.
std::vector<uint32_t> VisitingOrder(const std::vector<std::string>& names);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_QOM_ORDER_H_
