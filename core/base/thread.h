// Thread: a joinable thread of the library's own: named, all signals blocked, a stack of 1 MiB, and
// where asked at nice 10. Join it before it is dropped. Threads: start() and join() from one
// thread.
#pragma once

#include <functional>
#include <string>

#include "core/base/status.h"

namespace grape::base {

class Thread {
  public:
    // `background` is for nice threads that compute: with long time slices, too (time_slice.h).
    enum class Priority { normal, nice, background };
    Thread() = default;
    ~Thread();
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    // `name` has at most 15 characters.
    Status start(const std::string& name, Priority priority, std::function<void()> body);
    void join();
    bool running() const { return started_; }
    // Is this the thread that calls? After start() has returned.
    bool is_current() const;

  private:
    unsigned long handle_ = 0;  // pthread_t
    bool started_ = false;
};

}  // namespace grape::base
