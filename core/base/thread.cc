#include "core/base/thread.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>

#include "core/base/check.h"
#include "core/base/time_slice.h"

namespace grape::base {
namespace {

constexpr size_t kStackBytes = 1u << 20;
constexpr int kNice = 10;

struct Start {
    std::string name;
    Thread::Priority priority;
    std::function<void()> body;
};

extern "C" void* grape_thread_main(void* argument) {
    const std::unique_ptr<Start> start(static_cast<Start*>(argument));
    pthread_setname_np(pthread_self(), start->name.c_str());
    if (start->priority != Thread::Priority::normal) {
        // Linux gives each thread its own nice value; failing to set it does no harm. A host that
        // is nicer than that stays so.
        const auto self = static_cast<id_t>(syscall(SYS_gettid));
        if (getpriority(PRIO_PROCESS, self) < kNice) {
            setpriority(PRIO_PROCESS, self, kNice);
        }
    }
    const LongTimeSlice slice(start->priority == Thread::Priority::background);
    start->body();
    return nullptr;
}

}  // namespace

Thread::~Thread() {
    GRAPE_DCHECK(!started_);
}

Status Thread::start(const std::string& name, Priority priority, std::function<void()> body) {
    GRAPE_DCHECK(!started_);
    auto start = std::make_unique<Start>(Start{name, priority, std::move(body)});
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    // The new thread inherits the mask: signals are the host's business.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t handle{};
    const int error = pthread_create(&handle, &attributes, grape_thread_main, start.get());
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    if (error != 0) return Status::make_nomem("cannot start the thread ", name);
    static_cast<void>(start.release());
    handle_ = handle;
    started_ = true;
    return {};
}

bool Thread::is_current() const {
    return started_ && pthread_equal(static_cast<pthread_t>(handle_), pthread_self()) != 0;
}

void Thread::join() {
    if (!started_) return;
    pthread_join(handle_, nullptr);
    started_ = false;
}

}  // namespace grape::base
