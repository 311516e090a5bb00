// Child: a forked process that tells its parent by a pipe how far it came, until it ends or is
// killed. Threads: fork from a process with one thread only, or use nothing of what others hold.
#pragma once

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>

namespace grape::test {

// What the child writes to; small writes to a pipe arrive whole.
class Progress {
  public:
    explicit Progress(int fd) : fd_(fd) {}
    bool tell(uint64_t number) const {
        return ::write(fd_, &number, sizeof number) == static_cast<ssize_t>(sizeof number);
    }

  private:
    int fd_;
};

class Child {
  public:
    // Runs `body` in a new process; what it returns is the exit code.
    explicit Child(const std::function<int(const Progress&)>& body) {
        int ends[2];
        if (::pipe(ends) != 0) return;
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(ends[0]);
            ::_exit(body(Progress(ends[1])));
        }
        ::close(ends[1]);
        in_ = ends[0];
    }
    ~Child() {
        kill();
        wait();
        if (in_ >= 0) ::close(in_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    bool started() const { return pid_ > 0; }
    // The next number that the child told; false when it is gone and all was read.
    bool next(uint64_t* number) const {
        return ::read(in_, number, sizeof *number) == static_cast<ssize_t>(sizeof *number);
    }
    void kill() const {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
    }
    // Whether it ended by itself with code 0, or was killed.
    bool wait() {
        if (pid_ <= 0) return fine_;
        int status = 0;
        if (::waitpid(pid_, &status, 0) != pid_) return false;
        pid_ = 0;
        killed_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        fine_ = killed_ || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
        return fine_;
    }
    bool killed() const { return killed_; }

  private:
    pid_t pid_ = 0;
    int in_ = -1;
    bool killed_ = false, fine_ = false;
};

}  // namespace grape::test
