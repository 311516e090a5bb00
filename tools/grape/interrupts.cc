#include "tools/grape/interrupts.h"

#include <poll.h>
#include <signal.h>

namespace grape::cli {
namespace {

// A signal may come between looking at the flag and waiting; then it is seen this much later.
constexpr int kWaitMs = 200;

volatile sig_atomic_t caught = 0;

}  // namespace

void catch_interrupts() {
    struct sigaction action = {};
    action.sa_handler = [](int) { caught = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
    return caught != 0;
}

bool wait_readable(int descriptor) {
    while (!interrupted()) {
        struct pollfd waiting = {descriptor, POLLIN, 0};
        if (::poll(&waiting, 1, kWaitMs) != 0 && !interrupted()) return true;
    }
    return false;
}

}  // namespace grape::cli
