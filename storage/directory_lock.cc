// The lock of a database directory, on two ranges of the file LOCK.
//
// Byte 0 has a process-owned lock (F_SETLK). The kernel drops it when the process dies, and a
// forked child does not inherit it: so a child that outlives its parent does not keep the database.
// But any close() of any descriptor of LOCK in this process drops it too, and it does not keep out
// the same process. For the second there is the registry: by device and inode of the directory,
// whatever the path was, so LOCK is not opened twice by this library. For the first, a copying tool
// in the same process, there is byte 1: a lock of the open file description (F_OFD_SETLK), which
// only our own descriptor can drop. A forked child shares that one, so it counts only while its
// owner lives, whose process id and start time stand in LOCK. flock() would be shared with children
// like it, and pthread_atfork is not for a library that can be unloaded.
//
// Threads: lock_directory() from any thread; a lock is dropped by any thread.
// What must stay true: nothing in the directory is changed before both locks are held, but for the
// making of an empty LOCK; LOCK is never removed (a second opener would lock another file).
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "core/base/mutex.h"
#include "storage/disk.h"
#include "storage/file.h"

namespace grape::storage {
namespace {

using base::Result;
using base::Status;

constexpr off_t kProcessByte = 0;
constexpr off_t kDescriptionByte = 1;
constexpr size_t kOwnerBytesMax = 64;

struct Held {
    dev_t device = 0;
    ino_t inode = 0;
    pid_t pid = 0;  // the process that holds it: a child inherits the registry, and not the lock
    bool operator==(const Held&) const = default;
};

struct Registry {
    base::Mutex mutex;
    std::vector<Held> held GRAPE_GUARDED_BY(mutex);
};

// Never destroyed: a database may be closed by a destructor that runs after it would be.
Registry& registry() {
    static Registry* const instance = new Registry;
    return *instance;
}

bool enter(const Held& held) {
    Registry& all = registry();
    base::MutexLock lock(all.mutex);
    if (std::find(all.held.begin(), all.held.end(), held) != all.held.end()) return false;
    all.held.push_back(held);
    return true;
}

void leave(const Held& held) {
    Registry& all = registry();
    base::MutexLock lock(all.mutex);
    const auto found = std::find(all.held.begin(), all.held.end(), held);
    if (found != all.held.end()) all.held.erase(found);
}

int change_lock(int descriptor, int command, short type, off_t at) {
    struct flock range = {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_start = at;
    range.l_len = 1;
    int result = -1;
    do {
        result = ::fcntl(descriptor, command, &range);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

bool taken(int error) {
    return error == EAGAIN || error == EACCES;
}

// The time a process was started, from /proc, so that a process id that was given again is not
// taken for the owner; nothing when it cannot be read.
std::optional<uint64_t> start_time(pid_t pid) {
    constexpr int kFieldsBehindName = 19;  // from the state to starttime, field 22
    const std::string path = base::cat("/proc/", pid, "/stat");
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return std::nullopt;
    char text[1024];
    const ssize_t size = ::read(descriptor, text, sizeof(text));
    ::close(descriptor);
    if (size <= 0) return std::nullopt;
    std::string_view rest(text, static_cast<size_t>(size));
    rest.remove_prefix(std::min(rest.size(), rest.rfind(')') + 1));
    for (int field = 0; field <= kFieldsBehindName; ++field) {
        const size_t space = rest.find(' ');
        if (space == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(space + 1);
    }
    uint64_t ticks = 0;
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), ticks);
    if (parsed.ec != std::errc()) return std::nullopt;
    return ticks;
}

struct Owner {
    pid_t pid = 0;
    uint64_t started = 0;
};

// "process <id> <start time>\n", as the owner wrote it; an id of 0 when it is not that.
Owner read_owner(int descriptor) {
    constexpr std::string_view kWord = "process ";
    char text[kOwnerBytesMax];
    const ssize_t size = ::pread(descriptor, text, sizeof(text), 0);
    Owner owner;
    std::string_view rest(text, size > 0 ? static_cast<size_t>(size) : 0);
    if (!rest.starts_with(kWord)) return owner;
    const char* end = rest.data() + rest.size();
    const auto pid = std::from_chars(rest.data() + kWord.size(), end, owner.pid);
    if (pid.ec != std::errc() || pid.ptr == end) return Owner();
    std::from_chars(pid.ptr + 1, end, owner.started);
    return owner;
}

bool alive(const Owner& owner) {
    if (owner.pid <= 0) return true;  // unknown: rather refuse than share
    if (::kill(owner.pid, 0) != 0 && errno == ESRCH) return false;
    const std::optional<uint64_t> started = start_time(owner.pid);
    return !started || *started == owner.started;
}

Status write_owner(int descriptor, const std::string& path) {
    std::string text = base::cat("process ", ::getpid(), " ", start_time(::getpid()).value_or(0));
    text.resize(kOwnerBytesMax - 1, ' ');  // covers what an earlier owner wrote
    text.push_back('\n');
    const ssize_t size = ::pwrite(descriptor, text.data(), text.size(), 0);
    if (size != static_cast<ssize_t>(text.size())) return errno_status(errno, "write", path);
    return {};
}

Status busy(const std::string& directory, const Owner& owner) {
    if (owner.pid <= 0) return Status::make_busy(directory, ": in use by another process");
    return Status::make_busy(directory, ": in use by process ", owner.pid);
}

class HeldDirectory final : public DirectoryLock {
  public:
    HeldDirectory(const Held& held, int descriptor) : held_(held), descriptor_(descriptor) {}
    ~HeldDirectory() override {
        // A child only closes its copy: unlocking the description would take it from the parent.
        if (held_.pid == ::getpid()) {
            change_lock(descriptor_, F_OFD_SETLK, F_UNLCK, kDescriptionByte);
        }
        ::close(descriptor_);
        leave(held_);
    }

  private:
    const Held held_;
    const int descriptor_;
};

// Takes both locks on an open LOCK.
Status take(int descriptor, const std::string& directory, const std::string& path) {
    int error = change_lock(descriptor, F_SETLK, F_WRLCK, kProcessByte);
    if (taken(error)) return busy(directory, read_owner(descriptor));
    if (error != 0) return errno_status(error, "lock", path);
    error = change_lock(descriptor, F_OFD_SETLK, F_WRLCK, kDescriptionByte);
    if (taken(error)) {
        const Owner owner = read_owner(descriptor);
        if (alive(owner)) return busy(directory, owner);
        error = 0;  // a child of a process that died has it: nobody uses the database
    }
    if (error != 0) return errno_status(error, "lock", path);
    return write_owner(descriptor, path);
}

Result<int> open_and_take(const std::string& directory) {
    const std::string path = directory + "/LOCK";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) return errno_status(errno, "open", path);
    const Status status = take(descriptor, directory, path);
    if (status.ok()) return descriptor;
    ::close(descriptor);
    return status;
}

}  // namespace

Result<std::unique_ptr<DirectoryLock>> lock_directory(const std::string& directory) {
    struct stat attributes;
    if (::stat(directory.c_str(), &attributes) != 0) {
        return errno_status(errno, "open directory", directory);
    }
    if (!S_ISDIR(attributes.st_mode)) return Status::make_invalid(directory, ": not a directory");
    const Held held{attributes.st_dev, attributes.st_ino, ::getpid()};
    if (!enter(held)) return busy(directory, Owner{held.pid, 0});
    const Result<int> descriptor = open_and_take(directory);
    if (!descriptor.ok()) {
        leave(held);
        return descriptor.status();
    }
    return std::unique_ptr<DirectoryLock>(new HeldDirectory(held, descriptor.value()));
}

}  // namespace grape::storage
