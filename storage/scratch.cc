#include "storage/scratch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace grape::storage {
namespace {

using base::Result;
using base::Status;

Status failed(const std::string& directory, const char* what, int error) {
    return Status::make_io("scratch file in '", directory, "': ", what, ": ", std::strerror(error));
}

// Where the file system knows no files without a name, one that has lost it.
int open_nameless(const std::string& directory) {
#ifdef O_TMPFILE
    const int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0) return file;
#endif
    std::string name = directory + "/scratch-XXXXXX";
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

}  // namespace

Result<std::unique_ptr<ScratchMemory>> ScratchMemory::create(const std::string& directory,
                                                             size_t size_bytes) {
    const int file = open_nameless(directory);
    if (file < 0) return failed(directory, "open", errno);
    int refused = EINTR;
    while (refused == EINTR) {
        refused = ::posix_fallocate(file, 0, static_cast<off_t>(size_bytes));
    }
    void* data = MAP_FAILED;
    if (refused == 0) {
        data = ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    const int error = refused != 0 ? refused : errno;
    ::close(file);  // the map keeps it
    if (data == MAP_FAILED) return failed(directory, refused != 0 ? "reserve" : "map", error);
    return std::unique_ptr<ScratchMemory>(
        new ScratchMemory(static_cast<uint8_t*>(data), size_bytes));
}

ScratchMemory::~ScratchMemory() {
    ::munmap(data_, size_);
}

}  // namespace grape::storage
