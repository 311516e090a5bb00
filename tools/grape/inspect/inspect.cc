#include "tools/grape/inspect/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "storage/directory_format.h"
#include "storage/file.h"
#include "tools/grape/inspect/file_readers.h"

namespace grape::inspect {
namespace {

using base::Result;
using base::Status;
using storage::File;

// Read locks on LOCK, which keep openers out and let others look. They write nothing.
class ReadLock {
  public:
    ~ReadLock() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    ReadLock() = default;
    ReadLock(const ReadLock&) = delete;
    ReadLock& operator=(const ReadLock&) = delete;

    Status take(const std::string& directory) {
        const std::string path = directory + "/LOCK";
        descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (descriptor_ < 0 && errno == ENOENT) return {};  // a copy: nobody can have it open
        if (descriptor_ < 0) return storage::errno_status(errno, "open", path);
        struct flock range = {};
        range.l_type = F_RDLCK;
        range.l_whence = SEEK_SET;
        range.l_len = 2;  // both bytes that an opener locks
        if (::fcntl(descriptor_, F_OFD_SETLK, &range) == 0) return {};
        if (errno == EAGAIN || errno == EACCES) {
            return Status::make_busy(directory, ": in use by another process");
        }
        return storage::errno_status(errno, "lock", path);
    }

  private:
    int descriptor_ = -1;
};

Result<uint64_t> read_identity(const std::string& path) {
    GRAPE_ASSIGN(const File file, File::open(path, File::Mode::read, nullptr));
    GRAPE_ASSIGN(const uint64_t size, file.size());
    storage::IdentityBytes bytes;
    if (size != bytes.size()) {
        return Status::make_corrupt(path, ": has ", size, " bytes, not ", bytes.size());
    }
    GRAPE_TRY(file.read_at(0, bytes));
    return storage::decode_identity(bytes, path);
}

// Fills in the size; false, with a problem, for what is no file.
bool measure(const std::string& path, FileReport& report) {
    struct stat attributes = {};
    if (::lstat(path.c_str(), &attributes) != 0) {
        report.problem = storage::errno_status(errno, "open", path).message();
        return false;
    }
    if (!S_ISREG(attributes.st_mode)) {
        report.problem = path + ": not a regular file";
        return false;
    }
    report.size_bytes = static_cast<uint64_t>(attributes.st_size);
    return true;
}

std::string hexadecimal(uint64_t number) {
    char text[20];
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(number));
    return text;
}

void read_lock_owner(const std::string& path, FileReport& report) {
    const Result<File> file = File::open(path, File::Mode::read, nullptr);
    if (!file.ok() || report.size_bytes == 0) return;
    std::string text(std::min<uint64_t>(report.size_bytes, 64), '\0');
    auto* bytes = reinterpret_cast<uint8_t*>(text.data());
    if (!file->read_at(0, base::MutableBytes(bytes, text.size())).ok()) return;
    // "process 17 <start time>"
    constexpr std::string_view kWord = "process ";
    if (!text.starts_with(kWord)) return;
    const size_t end = text.find(' ', kWord.size());
    report.add("last_opened_by", text.substr(0, end));
}

class Inspector {
  public:
    explicit Inspector(std::string directory) : directory_(std::move(directory)) {}

    Status run(DirectoryReport& report) {
        GRAPE_TRY(read_grape(report));
        for (const char* folder : {"", "store", "files"}) GRAPE_TRY(read_folder(folder, report));
        return {};
    }

  private:
    Status read_grape(DirectoryReport& report) {
        const Result<uint64_t> id = read_identity(directory_ + "/GRAPE");
        if (id.ok()) {
            report.database_id = *id;
            return {};
        }
        if (id.status().code() == base::Code::not_found) {
            return Status::make_not_found(directory_, ": not a database (no file GRAPE)");
        }
        identity_problem_ = id.status().message();
        return {};
    }

    Status read_folder(const std::string& folder, DirectoryReport& report) {
        const std::string path = folder.empty() ? directory_ : directory_ + "/" + folder;
        GRAPE_ASSIGN(std::vector<std::string> names, storage::list_directory(path, nullptr));
        std::sort(names.begin(), names.end());
        for (const std::string& name : names) {
            if (folder.empty() && (name == "store" || name == "files")) continue;
            FileReport& file = report.files.emplace_back();
            file.path = folder.empty() ? name : folder + "/" + name;
            file.kind = "unknown";
            if (measure(path + "/" + name, file)) {
                read_file(folder, name, path + "/" + name, report.database_id, file);
            }
        }
        return {};
    }

    void read_file(const std::string& folder, const std::string& name, const std::string& path,
                   uint64_t database_id, FileReport& file) const {
        if (folder == "store") return read_store_file(database_id, name, path, file);
        if (folder == "files") return read_data_file(database_id, name, path, file);
        if (name == "GRAPE") {
            file.kind = "identity";
            file.problem = identity_problem_;
            if (database_id == 0) return;
            file.add("format", uint64_t{1});
            file.add("database_id", hexadecimal(database_id));
        } else if (name == "LOCK") {
            file.kind = "lock";
            read_lock_owner(path, file);
        } else if (name.starts_with("GRAPE.tmp.")) {
            file.kind = "leftover";
        }
    }

    std::string directory_;
    std::string identity_problem_;
};

}  // namespace

DirectoryReport inspect_directory(const std::string& directory) {
    DirectoryReport report;
    struct stat attributes = {};
    Status status;
    ReadLock lock;
    if (::stat(directory.c_str(), &attributes) != 0) {
        status = storage::errno_status(errno, "open database", directory);
    } else if (!S_ISDIR(attributes.st_mode)) {
        status = Status::make_invalid(directory, ": not a directory");
    } else {
        status = lock.take(directory);
    }
    if (status.ok()) status = Inspector(directory).run(report);
    report.status = static_cast<int32_t>(status.code());
    report.message = status.message();
    return report;
}

}  // namespace grape::inspect
