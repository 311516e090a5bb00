#include "tools/grape/interrupts.h"

#include <poll.h>
#include <unistd.h>

#include <chrono>

namespace grape::cli {
namespace {

using Clock = std::chrono::steady_clock;

// A signal wakes no one who waits for input; it is seen this much later.
constexpr int kWaitMs = 100;
// Those that follow the first one faster are the same one: `timeout` sends two, to the program and
// to its group.
constexpr std::chrono::milliseconds kSameSignal{500};

std::atomic<bool> caught{false};

// Who started us sees the signal, as if nobody had waited for it. The first process of a container
// gets no signals that it does not handle.
[[noreturn]] void end_program(int number) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    ::signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(number);
    ::_exit(128 + number);
}

}  // namespace

Interrupts::Interrupts() {
    caught = false;
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    watcher_ = std::thread([this] { watch(); });
}

Interrupts::~Interrupts() {
    ending_ = true;
    pthread_kill(watcher_.native_handle(), SIGTERM);
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupts::watch() const {
    Clock::time_point first;
    for (int number = 0; sigwait(&signals_, &number) == 0 && !ending_;) {
        const Clock::time_point now = Clock::now();
        if (!caught.exchange(true)) {
            first = now;
        } else if (now - first >= kSameSignal) {
            end_program(number);
        }
    }
}

bool interrupted() {
    return caught;
}

bool wait_readable(int descriptor) {
    while (!interrupted()) {
        struct pollfd waiting = {descriptor, POLLIN, 0};
        if (::poll(&waiting, 1, kWaitMs) != 0 && !interrupted()) return true;
    }
    return false;
}

}  // namespace grape::cli
