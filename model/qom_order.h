// SPDX-License-Identifier: Apache-2.0

// doc/spec/qemu-layout.md 6.7: in which order QEMU visits the children of an
// object, which is the order of a GLib hash table.

#ifndef E820CHECK_MODEL_QOM_ORDER_H_
#define E820CHECK_MODEL_QOM_ORDER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "machine/machine_options.h"

namespace e820check::model {

// `names` without duplicates, in the order of their insertion. Returns them in
// the order of a walk over the table.
std::vector<std::string> HashTableOrder(const std::vector<std::string>& names);

// The indexes of all devices in the order in which QEMU visits them.
std::vector<size_t> DevicesInVisitOrder(const std::vector<Device>& devices);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_QOM_ORDER_H_
