#include "tools/grape/interrupts.h"

#include <poll.h>

#include <atomic>

namespace grape::cli {
namespace {

// A signal wakes no one who waits for input; it is seen this much later.
constexpr int kWaitMs = 100;

std::atomic<bool> caught = false;
std::atomic<bool> ending = false;

// The signal does what it had done if nobody had waited for it: who started us sees it.
void end_program(int number) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    ::signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(number);
}

}  // namespace

Interrupts::Interrupts() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    watcher_ = std::thread([this] { watch(); });
}

Interrupts::~Interrupts() {
    ending = true;
    pthread_kill(watcher_.native_handle(), SIGTERM);
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupts::watch() const {
    for (int number = 0; sigwait(&signals_, &number) == 0 && !ending;) {
        if (caught.exchange(true)) end_program(number);
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
