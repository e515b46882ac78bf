// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_INTERRUPT_H_
#define E820CHECK_SEARCH_INTERRUPT_H_

namespace e820check {

// From now on the first SIGINT, SIGTERM or SIGHUP is only remembered, so that a
// run can print what it has; a second one of its kind ends the process at once.
void RememberInterrupts();
bool Interrupted();
// Which signal it was; 0: none yet.
int InterruptSignal();

}  // namespace e820check

#endif  // E820CHECK_SEARCH_INTERRUPT_H_
