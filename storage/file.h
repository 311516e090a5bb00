// File: the few system calls that the storage folder needs, with one place for the loops (EINTR,
// short reads and writes), for O_CLOEXEC, for messages that name the path and the system's reason,
// and for the faults that tests inject.
//
// Threads: read_at() and size() from any number of threads; everything else from one. A FileFaults
// object is asked by many threads at once.
// What must stay true: a file is never opened by O_TRUNC, and one is created by O_EXCL only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace grape::storage {

enum class FileOperation : uint8_t {
    open,
    create,
    read,
    write,
    sync,
    truncate,
    map,
    remove,
    list,
    make_directory,
    sync_directory,
};

// What a test wants to go wrong. Production code passes a null pointer.
class FileFaults {
  public:
    virtual ~FileFaults() = default;
    // Asked before each operation: 0 to go on, or the errno with which it fails. `bytes` is the
    // size of a read or write; lowered, it makes a write short (then it is that many bytes that
    // reach the file, before the failure too).
    virtual int before(FileOperation operation, const std::string& path, size_t* bytes) = 0;
};

// "context: path: No space left on device"; Code::not_found for ENOENT, nomem for ENOMEM, else io.
base::Status errno_status(int error, const char* context, const std::string& path);

class File {
  public:
    enum class Mode : uint8_t {
        read,    // an existing file
        change,  // an existing file, to truncate it
        create,  // a file that is not there yet
    };
    static base::Result<File> open(const std::string& path, Mode mode, FileFaults* faults);

    File() = default;
    ~File() { close(); }
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;

    bool is_open() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }
    const std::string& path() const { return path_; }

    base::Result<uint64_t> size() const;
    // Fills `out`. A file that ends before is Code::corrupt.
    base::Status read_at(uint64_t offset, base::MutableBytes out) const;
    // Writes the pieces one behind the other, from `offset` on.
    base::Status write_at(uint64_t offset, std::span<const base::Bytes> pieces);
    base::Status write_at(uint64_t offset, base::Bytes bytes);
    // Later writes go past the system's page cache where it lets them: from memory, to an offset
    // and of a size that are whole pages. The first one that is refused turns it off again.
    void bypass_cache();
    void use_cache();
    bool bypasses_cache() const { return bypasses_cache_; }
    base::Status truncate(uint64_t size_bytes);
    // The data and the size.
    base::Status sync();
    // Whether the system knows the next two.
    bool can_begin_writing() const;
    // Has the system begin to write these bytes to the disk, or waits until it has written those
    // for which it has begun. Nothing is durable before sync().
    base::Status begin_writing(uint64_t offset, uint64_t size_bytes);
    base::Status wait_for_writing(uint64_t offset, uint64_t size_bytes);
    void close();

  private:
    base::Status fault(FileOperation operation, const char* context, size_t* bytes) const;
    base::Status sync_range(uint64_t offset, uint64_t size_bytes, unsigned flags);

    std::string path_;
    FileFaults* faults_ = nullptr;
    int descriptor_ = -1;
    bool bypasses_cache_ = false;
};

// Removes a file; one that is missing is no error.
base::Status remove_file(const std::string& path, FileFaults* faults);
base::Status sync_directory(const std::string& path, FileFaults* faults);
// Makes the directory unless it is there, and syncs its parent.
base::Status make_directory(const std::string& path, FileFaults* faults);
// Creates the file `name` in the directory, which is made when it is missing.
base::Result<File> create_in(const std::string& directory, const std::string& name,
                             FileFaults* faults);
// The names in a directory, without "." and ".."; none when it is missing.
base::Result<std::vector<std::string>> list_directory(const std::string& path, FileFaults* faults);

// Names of numbered files: at least six digits and a suffix ("000017.vec").
std::string numbered_name(uint64_t number, std::string_view suffix);
// The number of such a name, 0 when it is not exactly one.
uint64_t number_of_name(std::string_view name, std::string_view suffix);
// The numbers of the files with this suffix, in ascending order.
base::Result<std::vector<uint64_t>> list_numbered(const std::string& directory,
                                                  std::string_view suffix, FileFaults* faults);

}  // namespace grape::storage
