// The directory of a database and its file GRAPE, which says that it is one and whose files these
// are. GRAPE comes last when a directory is made, in one step, and never changes. 64 bytes,
// little-endian; layout: docs/formats/directory.md.
//
//    0 magic "GRAPE-DB"         16 u64 database id (random)    28 zeros
//    8 u32 format version       24 u32 key id (0: not          56 u64 checksum of the first 56
//   12 u32 flags (0)                encrypted)
//
// Threads: free function. Two processes that make the same directory at once agree on one id.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "core/base/checksum.h"
#include "storage/disk.h"
#include "storage/file.h"

namespace grape::storage {
namespace {

using base::Code;
using base::load_le;
using base::Result;
using base::Status;
using base::store_le;

constexpr size_t kFileBytes = 64;
constexpr char kMagic[8] = {'G', 'R', 'A', 'P', 'E', '-', 'D', 'B'};
constexpr uint32_t kFormatVersion = 1;
constexpr size_t kVersionAt = 8;
constexpr size_t kFlagsAt = 12;
constexpr size_t kDatabaseIdAt = 16;
constexpr size_t kKeyIdAt = 24;
constexpr size_t kChecksumAt = 56;

constexpr std::string_view kName = "GRAPE";
constexpr std::string_view kTemporaryPrefix = "GRAPE.tmp.";
constexpr std::array<std::string_view, 2> kFolders = {"store", "files"};

using FileBytes = std::array<uint8_t, kFileBytes>;

FileBytes encode(uint64_t database_id) {
    FileBytes bytes{};
    std::memcpy(bytes.data(), kMagic, sizeof(kMagic));
    store_le<uint32_t>(bytes.data() + kVersionAt, kFormatVersion);
    store_le<uint64_t>(bytes.data() + kDatabaseIdAt, database_id);
    store_le<uint64_t>(bytes.data() + kChecksumAt,
                       base::checksum(base::Bytes(bytes.data(), kChecksumAt)));
    return bytes;
}

Result<uint64_t> decode(const FileBytes& bytes, const std::string& path) {
    const uint8_t* at = bytes.data();
    if (std::memcmp(at, kMagic, sizeof(kMagic)) != 0) {
        return Status::make_corrupt(path, ": not a file of Grape's");
    }
    if (load_le<uint64_t>(at + kChecksumAt) != base::checksum(base::Bytes(at, kChecksumAt))) {
        return Status::make_corrupt(path, ": wrong checksum");
    }
    if (load_le<uint32_t>(at + kVersionAt) != kFormatVersion ||
        load_le<uint32_t>(at + kFlagsAt) != 0) {
        return Status::make_unsupported(
            path, ": database format ", load_le<uint32_t>(at + kVersionAt), " with flags ",
            load_le<uint32_t>(at + kFlagsAt), ", this library reads format ", kFormatVersion);
    }
    if (load_le<uint32_t>(at + kKeyIdAt) != 0) {
        return Status::make_unsupported(path, ": the database is encrypted");
    }
    const auto database_id = load_le<uint64_t>(at + kDatabaseIdAt);
    if (database_id == 0) return Status::make_corrupt(path, ": database id 0");
    return database_id;
}

// Code::not_found when there is no such file.
Result<uint64_t> read_identity(const std::string& directory) {
    const std::string path = base::cat(directory, "/", kName);
    GRAPE_ASSIGN(const File file, File::open(path, File::Mode::read, nullptr));
    GRAPE_ASSIGN(const uint64_t size, file.size());
    if (size != kFileBytes) {
        return Status::make_corrupt(path, ": has ", size, " bytes, not ", kFileBytes);
    }
    FileBytes bytes;
    GRAPE_TRY(file.read_at(0, bytes));
    return decode(bytes, path);
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
    const FileBytes bytes = encode(database_id);
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
