// SPDX-License-Identifier: Apache-2.0

#include "search/interrupt.h"

#include <csignal>
#include <initializer_list>

namespace e820check {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void Remember(int signal) {
  interrupted = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void RememberInterrupts() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // nohup has SIGHUP ignored.
    if (std::signal(signal, Remember) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
}

bool Interrupted() { return interrupted != 0; }

int InterruptSignal() { return interrupted; }

}  // namespace e820check
