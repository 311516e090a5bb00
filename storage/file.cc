#include "storage/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

namespace grape::storage {
namespace {

using base::Bytes;
using base::Result;
using base::Status;

constexpr mode_t kFileMode = 0644;       // less the umask
constexpr mode_t kDirectoryMode = 0755;  // less the umask
constexpr size_t kPiecesPerCall = 256;   // below every system's IOV_MAX
constexpr size_t kNumberDigitsMin = 6;
#ifdef SYNC_FILE_RANGE_WRITE
constexpr unsigned kBeginWriting = SYNC_FILE_RANGE_WRITE;
constexpr unsigned kWaitForWriting = SYNC_FILE_RANGE_WAIT_BEFORE;
#else
constexpr unsigned kBeginWriting = 0, kWaitForWriting = 0;
#endif

// strerror_r has two signatures; the compiler picks the reader of the one that it has.
[[maybe_unused]] const char* reason(const char* text, const char*) {
    return text;
}
[[maybe_unused]] const char* reason(int, const char* buffer) {
    return buffer;
}

int asked(FileFaults* faults, FileOperation operation, const std::string& path, size_t* bytes) {
    size_t ignored = 0;
    if (faults == nullptr) return 0;
    return faults->before(operation, path, bytes == nullptr ? &ignored : bytes);
}

int open_again(const char* path, int flags, mode_t mode) {
    int descriptor = -1;
    do {
        descriptor = ::open(path, flags, mode);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

int sync_again(int descriptor, bool data_only) {
    int result = -1;
    do {
        result = data_only ? ::fdatasync(descriptor) : ::fsync(descriptor);
    } while (result != 0 && errno == EINTR);
    return result;
}

// Where a write of several pieces has come to.
struct Cursor {
    std::span<const Bytes> pieces;  // the ones that are not written whole
    size_t skip = 0;                // bytes of the first one that are

    void advance(size_t bytes) {
        skip += bytes;
        while (!pieces.empty() && skip >= pieces.front().size()) {
            skip -= pieces.front().size();
            pieces = pieces.subspan(1);
        }
    }
    // At most `size_max` bytes of what is left, as one system call takes it.
    std::vector<iovec> next(size_t size_max) const {
        std::vector<iovec> vectors;
        size_t from = skip;
        for (const Bytes piece : pieces) {
            if (vectors.size() == kPiecesPerCall || size_max == 0) break;
            const size_t size = std::min(piece.size() - from, size_max);
            // writev does not write to its buffers; its type cannot say so.
            vectors.push_back({const_cast<uint8_t*>(piece.data()) + from, size});
            size_max -= size;
            from = 0;
        }
        return vectors;
    }
};

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

std::string parent_of(const std::string& path) {
    const size_t end = path.find_last_not_of('/');
    if (end == std::string::npos) return path.empty() ? "." : "/";
    const size_t slash = path.find_last_of('/', end);
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Status errno_status(int error, const char* context, const std::string& path) {
    char buffer[256] = "";
    const char* text = reason(strerror_r(error, buffer, sizeof(buffer)), buffer);
    std::string message = base::cat(context, ": ", path, ": ", text);
    if (error == ENOENT) return Status(base::Code::not_found, std::move(message));
    if (error == ENOMEM) return Status(base::Code::nomem, std::move(message));
    return Status(base::Code::io, std::move(message));
}

File::File(File&& other) noexcept
    : path_(std::move(other.path_)),
      faults_(other.faults_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      bypasses_cache_(other.bypasses_cache_) {}

File& File::operator=(File&& other) noexcept {
    if (this == &other) return *this;
    close();
    path_ = std::move(other.path_);
    faults_ = other.faults_;
    descriptor_ = std::exchange(other.descriptor_, -1);
    bypasses_cache_ = other.bypasses_cache_;
    return *this;
}

Status File::fault(FileOperation operation, const char* context, size_t* bytes) const {
    const int error = asked(faults_, operation, path_, bytes);
    return error == 0 ? Status() : errno_status(error, context, path_);
}

Result<File> File::open(const std::string& path, Mode mode, FileFaults* faults) {
    const bool create = mode == Mode::create;
    const char* context = create ? "create" : "open";
    const FileOperation operation = create ? FileOperation::create : FileOperation::open;
    if (const int error = asked(faults, operation, path, nullptr); error != 0) {
        return errno_status(error, context, path);
    }
    int flags = O_CLOEXEC | O_NOFOLLOW | (mode == Mode::read ? O_RDONLY : O_RDWR);
    if (create) flags |= O_CREAT | O_EXCL;
    File file;
    file.descriptor_ = open_again(path.c_str(), flags, kFileMode);
    if (file.descriptor_ < 0) return errno_status(errno, context, path);
    file.path_ = path;
    file.faults_ = faults;
    return file;
}

Result<uint64_t> File::size() const {
    struct stat attributes;
    if (::fstat(descriptor_, &attributes) != 0) return errno_status(errno, "stat", path_);
    if (!S_ISREG(attributes.st_mode)) return Status::make_corrupt(path_, ": not a regular file");
    return static_cast<uint64_t>(attributes.st_size);
}

Status File::read_at(uint64_t offset, base::MutableBytes out) const {
    size_t size = out.size();
    GRAPE_TRY(fault(FileOperation::read, "read", &size));
    size_t done = 0;
    while (done < out.size()) {
        const ssize_t count = ::pread(descriptor_, out.data() + done, out.size() - done,
                                      static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_status(errno, "read", path_);
        if (count == 0) {
            return Status::make_corrupt(path_, ": ends at ", offset + done, ", ", out.size() - done,
                                        " bytes early");
        }
        done += static_cast<size_t>(count);
    }
    return {};
}

Status File::write_at(uint64_t offset, std::span<const Bytes> pieces) {
    size_t total = 0;
    for (const Bytes piece : pieces) total += piece.size();
    Cursor cursor{pieces};
    cursor.advance(0);
    size_t done = 0;
    while (done < total) {
        size_t size = total - done;
        const int error = asked(faults_, FileOperation::write, path_, &size);
        if (size != total - done) use_cache();  // what a test cuts short is no whole pages
        const std::vector<iovec> vectors = cursor.next(size);
        const ssize_t count =
            ::pwritev(descriptor_, vectors.data(), static_cast<int>(vectors.size()),
                      static_cast<off_t>(offset + done));
        if (error != 0) return errno_status(error, "write", path_);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EINVAL && bypasses_cache_) {
            use_cache();
            continue;
        }
        if (count < 0) return errno_status(errno, "write", path_);
        if (count == 0) return Status::make_io("write: ", path_, ": nothing was written");
        done += static_cast<size_t>(count);
        cursor.advance(static_cast<size_t>(count));
    }
    return {};
}

Status File::write_at(uint64_t offset, Bytes bytes) {
    return write_at(offset, {&bytes, 1});
}

namespace {

#ifdef O_DIRECT
bool set_direct(int descriptor, bool direct) {
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0) return false;
    return ::fcntl(descriptor, F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}
#else
bool set_direct(int, bool) {
    return false;
}
#endif

}  // namespace

void File::bypass_cache() {
    bypasses_cache_ = bypasses_cache_ || set_direct(descriptor_, true);
}

void File::use_cache() {
    if (bypasses_cache_) set_direct(descriptor_, false);
    bypasses_cache_ = false;
}

Status File::truncate(uint64_t size_bytes) {
    GRAPE_TRY(fault(FileOperation::truncate, "truncate", nullptr));
    int result = -1;
    do {
        result = ::ftruncate(descriptor_, static_cast<off_t>(size_bytes));
    } while (result != 0 && errno == EINTR);
    return result == 0 ? Status() : errno_status(errno, "truncate", path_);
}

Status File::sync() {
    GRAPE_TRY(fault(FileOperation::sync, "sync", nullptr));
    // fdatasync writes the size too: what it leaves out are the times.
    if (sync_again(descriptor_, true) != 0) return errno_status(errno, "sync", path_);
    return {};
}

bool File::can_begin_writing() const {
#ifdef SYNC_FILE_RANGE_WRITE
    return ::sync_file_range(descriptor_, 0, 0, 0) == 0;
#else
    return false;
#endif
}

// An error is reported once, to the first who asks: it must not get lost here.
Status File::sync_range([[maybe_unused]] uint64_t offset, [[maybe_unused]] uint64_t size_bytes,
                        [[maybe_unused]] unsigned flags) {
#ifdef SYNC_FILE_RANGE_WRITE
    if (size_bytes == 0) return {};
    const int result = ::sync_file_range(descriptor_, static_cast<off_t>(offset),
                                         static_cast<off_t>(size_bytes), flags);
    if (result != 0) return errno_status(errno, "sync", path_);
#endif
    return {};
}

Status File::begin_writing(uint64_t offset, uint64_t size_bytes) {
    return sync_range(offset, size_bytes, kBeginWriting);
}

Status File::wait_for_writing(uint64_t offset, uint64_t size_bytes) {
    return sync_range(offset, size_bytes, kWaitForWriting);
}

void File::close() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);  // its data is synced, or does not count
    descriptor_ = -1;
}

Status remove_file(const std::string& path, FileFaults* faults) {
    if (const int error = asked(faults, FileOperation::remove, path, nullptr); error != 0) {
        return errno_status(error, "remove", path);
    }
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return errno_status(errno, "remove", path);
}

Status sync_directory(const std::string& path, FileFaults* faults) {
    if (const int error = asked(faults, FileOperation::sync_directory, path, nullptr); error != 0) {
        return errno_status(error, "sync directory", path);
    }
    const int descriptor = open_again(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (descriptor < 0) return errno_status(errno, "open directory", path);
    const int error = sync_again(descriptor, false) == 0 ? 0 : errno;
    ::close(descriptor);
    return error == 0 ? Status() : errno_status(error, "sync directory", path);
}

Status make_directory(const std::string& path, FileFaults* faults) {
    const FileOperation operation = FileOperation::make_directory;
    if (const int error = asked(faults, operation, path, nullptr); error != 0) {
        return errno_status(error, "make directory", path);
    }
    if (::mkdir(path.c_str(), kDirectoryMode) == 0) return sync_directory(parent_of(path), faults);
    if (errno != EEXIST) return errno_status(errno, "make directory", path);
    // Who made it may have ended before the sync, but nobody puts a name into it before that.
    GRAPE_ASSIGN(const std::vector<std::string> names, list_directory(path, faults));
    return names.empty() ? sync_directory(parent_of(path), faults) : Status();
}

Result<File> create_in(const std::string& directory, const std::string& name, FileFaults* faults) {
    const std::string path = directory + "/" + name;
    Result<File> file = File::open(path, File::Mode::create, faults);
    if (file.ok() || file.status().code() != base::Code::not_found) return file;
    GRAPE_TRY(make_directory(directory, faults));
    return File::open(path, File::Mode::create, faults);
}

Result<std::vector<std::string>> list_directory(const std::string& path, FileFaults* faults) {
    if (const int error = asked(faults, FileOperation::list, path, nullptr); error != 0) {
        return errno_status(error, "list", path);
    }
    std::vector<std::string> names;
    const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
    if (directory == nullptr) {
        if (errno == ENOENT) return names;
        return errno_status(errno, "list", path);
    }
    errno = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
        errno = 0;
    }
    if (errno != 0) return errno_status(errno, "list", path);
    return names;
}

std::string numbered_name(uint64_t number, std::string_view suffix) {
    const std::string digits = base::cat(number);
    std::string name(digits.size() < kNumberDigitsMin ? kNumberDigitsMin - digits.size() : 0, '0');
    return name.append(digits).append(suffix);
}

uint64_t number_of_name(std::string_view name, std::string_view suffix) {
    if (!name.ends_with(suffix)) return 0;
    const char* end = name.data() + name.size() - suffix.size();
    uint64_t number = 0;
    const auto parsed = std::from_chars(name.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) return 0;
    return numbered_name(number, suffix) == name ? number : 0;
}

Result<std::vector<uint64_t>> list_numbered(const std::string& directory, std::string_view suffix,
                                            FileFaults* faults) {
    GRAPE_ASSIGN(const std::vector<std::string> names, list_directory(directory, faults));
    std::vector<uint64_t> numbers;
    for (const std::string& name : names) {
        if (const uint64_t number = number_of_name(name, suffix); number != 0) {
            numbers.push_back(number);
        }
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

}  // namespace grape::storage
