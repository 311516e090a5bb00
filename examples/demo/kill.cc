// The kill: an importing process of its own is ended by SIGKILL between two acknowledgements. What
// it had been told is on disk must be there, and no request may be there in part.
//
// Parent and victim are joined by a socket: the victim's stdin and stdout. What it wrote before it
// died can still be read; and when the parent dies first, the victim's stdin ends, and so it ends.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "chapters.h"

namespace demo {
namespace {

constexpr const char* kVictimOption = "--be-killed";
// The moment of the kill: this many acknowledged points, and then some milliseconds into the next.
constexpr std::size_t kKillAfter = 7000;
constexpr long kKillDelayNs = 7'000'000;
constexpr std::size_t kSampled = 100;

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

struct Victim {
    pid_t pid = -1;
    int socket = -1;
};

// In the child, after fork: only calls that are safe there.
[[noreturn]] void become_victim(int socket, const char* const* arguments) {
    dup2(socket, STDIN_FILENO);
    dup2(socket, STDOUT_FILENO);
    execv(arguments[0], const_cast<char* const*>(arguments));
    _exit(127);
}

Victim start_victim(const std::string& program, const std::string& data, const std::string& path) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
    const char* const arguments[] = {program.c_str(), kVictimOption, path.c_str(),
                                     "--data",        data.c_str(),  nullptr};
    const pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) become_victim(ends[1], arguments);
    close(ends[1]);
    return {pid, ends[0]};
}

// Reads lines until one says `enough` or the victim's end is closed; returns the last number.
std::size_t read_acknowledged(int socket, std::string& rest, std::size_t enough) {
    std::size_t last = 0;
    char bytes[256];
    while (last < enough) {
        const ssize_t got = read(socket, bytes, sizeof(bytes));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        rest.append(bytes, static_cast<std::size_t>(got));
        for (std::size_t end; (end = rest.find('\n')) != std::string::npos;) {
            last = std::strtoul(rest.c_str(), nullptr, 10);
            rest.erase(0, end + 1);
        }
    }
    return last;
}

// Returns how many points the victim had acknowledged when it died.
std::size_t kill_in_the_middle(const Victim& victim) {
    std::string rest;
    std::size_t acknowledged = read_acknowledged(victim.socket, rest, kKillAfter);
    const timespec delay{0, kKillDelayNs};
    nanosleep(&delay, nullptr);
    kill(victim.pid, SIGKILL);
    acknowledged = std::max(acknowledged, read_acknowledged(victim.socket, rest, SIZE_MAX));
    close(victim.socket);
    int status = 0;
    while (waitpid(victim.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFSIGNALED(status) || acknowledged < kKillAfter) {
        throw std::runtime_error("the importing process ended by itself");
    }
    return acknowledged;
}

// Each acknowledged point must have its payload, and a sample of them must come first for its own
// vector.
void expect_acknowledged(grape::Database& db, const Dictionary& dictionary, std::size_t points) {
    for (std::size_t id = 1; id <= points; id++) {
        must(db.payload(kCollection, id), "reading acknowledged point " + std::to_string(id));
    }
    for (std::size_t row = 0; row < points; row += points / kSampled) {
        const auto hits =
            must(db.search(kCollection, {dictionary.vectors.row(row), dictionary.vectors.dim}, 1),
                 "searching");
        // Two words may have one and the same definition, so the score counts, not the id.
        if (hits.empty() || hits.front().score < 0.9999f) {
            throw std::runtime_error("point " + std::to_string(row + 1) + " lost its vector");
        }
    }
}

}  // namespace

int run_victim(const std::string& path, const Dictionary& dictionary) {
    grape::Database db = must(grape::Database::open(path), "opening");
    import_words(db, dictionary, [](std::size_t points) {
        const std::string line = std::to_string(points) + "\n";
        if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(1);
    });
    char byte = 0;
    return read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}

void show_kill(const std::string& program, const std::string& data, const std::string& path,
               const Dictionary& dictionary, Terminal& out) {
    out.heading("Kill it");
    out.wrapped(
        "Another process imports the same words into a second database. SIGKILL ends it in the "
        "middle of a request; then the database is opened here.");
    out.line();
    const Victim victim = start_victim(program, data, path);
    const std::size_t acknowledged = kill_in_the_middle(victim);

    const Stopwatch watch;
    grape::Database db = must(grape::Database::open(path), "opening what was left");
    const std::size_t found = must(db.count(kCollection), "counting");
    const double seconds = watch.seconds();
    expect_acknowledged(db, dictionary, acknowledged);
    const bool whole = found % kPointsPerRequest == 0 || found == dictionary.size();
    if (found < acknowledged || !whole) {
        throw std::runtime_error(grouped(acknowledged) + " points were acknowledged, " +
                                 grouped(found) + " are there");
    }
    out.fact("acknowledged", grouped(acknowledged) + " points",
             "process " + std::to_string(victim.pid) + " was told that these are safe");
    out.fact("found", grouped(found) + " points",
             found == acknowledged ? "every one of them, and no request in part"
                                   : "every one of them, and one more request, whole");
    out.fact("open after the kill", duration(seconds));
    must(db.close(), "closing");
}

}  // namespace demo
