// Ctrl-C and SIGTERM: the first one asks for an orderly end, a later one ends the program at once.
#pragma once

#include <signal.h>

#include <atomic>
#include <thread>

namespace grape::cli {

// Catches both signals while it lives; one at a time. A thread waits for them, as a handler would
// run in the middle of whatever the main thread does. Made and destroyed by the main thread; any
// other thread must have blocked both signals, which threads of the library do.
class Interrupts {
  public:
    Interrupts();
    ~Interrupts();

    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

  private:
    void watch() const;

    sigset_t signals_, before_;
    std::atomic<bool> ending_{false};
    std::thread watcher_;
};

// Whether one was caught; any thread.
bool interrupted();
// Waits until there is something to read from a pipe or terminal. False: interrupted meanwhile.
bool wait_readable(int descriptor);

}  // namespace grape::cli
