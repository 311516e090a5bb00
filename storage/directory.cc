// The directory of a database and its file GRAPE (directory_format.h), which comes last when a
// directory is made, in one step, and never changes.
//
// Threads: free function. Two processes that make the same directory at once agree on one id.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "storage/directory_format.h"
#include "storage/disk.h"
#include "storage/file.h"

namespace grape::storage {
namespace {

using base::Code;
using base::Result;
using base::Status;

constexpr std::string_view kName = "GRAPE";
constexpr std::string_view kTemporaryPrefix = "GRAPE.tmp.";
constexpr std::array<std::string_view, 2> kFolders = {"store", "files"};

// Code::not_found when there is no such file.
Result<uint64_t> read_identity(const std::string& directory) {
    const std::string path = base::cat(directory, "/", kName);
    GRAPE_ASSIGN(const File file, File::open(path, File::Mode::read, nullptr));
    GRAPE_ASSIGN(const uint64_t size, file.size());
    IdentityBytes bytes;
    if (size != bytes.size()) {
        return Status::make_corrupt(path, ": has ", size, " bytes, not ", bytes.size());
    }
    GRAPE_TRY(file.read_at(0, bytes));
    return decode_identity(bytes, path);
}

Result<uint64_t> random_number() {
    uint64_t number = 0;
    while (number == 0) {
        const ssize_t size = ::getrandom(&number, sizeof(number), 0);
        if (size < 0 && errno != EINTR) return errno_status(errno, "random number", "getrandom");
        if (size != static_cast<ssize_t>(sizeof(number))) number = 0;
    }
    return number;
}

// Whether a directory without GRAPE may become a database: it is empty, or has what a making that
// was cut off left.
Status check_empty(const std::string& directory) {
    GRAPE_ASSIGN(const std::vector<std::string> names, list_directory(directory, nullptr));
    for (const std::string& name : names) {
        const std::string path = base::cat(directory, "/", name);
        const bool folder = name == kFolders[0] || name == kFolders[1];
        // GRAPE itself is there when another maker was faster.
        const bool ours = name == kName || name == "LOCK" || name.starts_with(kTemporaryPrefix);
        if (ours) continue;
        const Result<std::vector<std::string>> inside =
            folder ? list_directory(path, nullptr) : std::vector<std::string>{name};
        if (!inside.ok() || !inside.value().empty()) {
            return Status::make_invalid(directory, ": is not empty (", name,
                                        ") and has no file GRAPE: not a database");
        }
    }
    return {};
}

// What a making that was cut off left. Called when GRAPE is there: a maker that is slower than us
// and finds its temporary file gone then finds GRAPE.
Status remove_leftovers(const std::string& directory) {
    GRAPE_ASSIGN(const std::vector<std::string> names, list_directory(directory, nullptr));
    for (const std::string& name : names) {
        if (!name.starts_with(kTemporaryPrefix)) continue;
        GRAPE_TRY(remove_file(base::cat(directory, "/", name), nullptr));
    }
    return {};
}

// Gives a name to a finished file unless the name is taken: Code::exists.
Status rename_to_new(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
    if (errno == EEXIST) return Status::make_exists(to);
    // File systems without that form: the caller holds LOCK, or makes the directory alone.
    const bool plain = errno == EINVAL || errno == ENOSYS;
    if (plain && ::rename(from.c_str(), to.c_str()) == 0) return {};
    return errno_status(errno, "rename", to);
}

Status write_identity(const std::string& directory, uint64_t database_id) {
    GRAPE_ASSIGN(const uint64_t tail, random_number());
    const std::string temporary = base::cat(directory, "/", kTemporaryPrefix, tail);
    GRAPE_ASSIGN(File file, File::open(temporary, File::Mode::create, nullptr));
    const IdentityBytes bytes = encode_identity(database_id);
    Status status = file.write_at(0, base::Bytes(bytes));
    if (status.ok()) status = file.sync();
    file.close();
    if (status.ok()) status = rename_to_new(temporary, base::cat(directory, "/", kName));
    if (!status.ok()) {
        static_cast<void>(remove_file(temporary, nullptr));
        return status;
    }
    GRAPE_TRY(sync_directory(directory, nullptr));
    return sync_directory(directory + "/..", nullptr);
}

Result<uint64_t> make_identity(const std::string& directory) {
    GRAPE_TRY(check_empty(directory));
    for (const std::string_view folder : kFolders) {
        GRAPE_TRY(make_directory(base::cat(directory, "/", folder), nullptr));
    }
    GRAPE_ASSIGN(const uint64_t database_id, random_number());
    const Status written = write_identity(directory, database_id);
    if (written.ok()) {
        GRAPE_TRY(remove_leftovers(directory));
        return database_id;
    }
    // Perhaps somebody else made it meanwhile; then it is theirs.
    const Result<uint64_t> other = read_identity(directory);
    if (other.ok()) return other;
    return written;
}

}  // namespace

Result<uint64_t> prepare_directory(const std::string& directory, bool create) {
    struct stat attributes;
    if (::stat(directory.c_str(), &attributes) != 0) {
        const int error = errno;
        if (error != ENOENT || !create) return errno_status(error, "open database", directory);
        GRAPE_TRY(make_directory(directory, nullptr));
    } else if (!S_ISDIR(attributes.st_mode)) {
        return Status::make_invalid(directory, ": not a directory");
    }
    const Result<uint64_t> existing = read_identity(directory);
    if (existing.ok() || existing.status().code() != Code::not_found) return existing;
    if (!create) {
        return Status::make_not_found(directory, ": not a database (no file GRAPE)");
    }
    return make_identity(directory);
}

}  // namespace grape::storage
