// SPDX-License-Identifier: Apache-2.0

#include "search/interrupt.h"

#include <csignal>

namespace e820check {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void Remember(int signal) {
  interrupted = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void RememberInterrupts() {
  std::signal(SIGINT, Remember);
  std::signal(SIGTERM, Remember);
  // nohup has it ignored.
  if (std::signal(SIGHUP, Remember) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

bool Interrupted() { return interrupted != 0; }

int InterruptSignal() { return interrupted; }

}  // namespace e820check
