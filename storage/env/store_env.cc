#include "storage/env/store_env.h"

#include <errno.h>
#include <leveldb/env.h>
#include <stdio.h>
#include <unistd.h>

#include <string_view>
#include <thread>

#include "core/base/clock.h"
#include "storage/env/background.h"
#include "storage/env/env_context.h"
#include "storage/env/env_status.h"
#include "storage/env/frame_file.h"
#include "storage/env/new_file.h"
#include "storage/env/page_file.h"
#include "storage/env/recovery.h"

namespace grape::storage::env {
namespace {

using base::Result;
using base::Status;

// LevelDB's messages, at the level of details.
class EnvLogger final : public leveldb::Logger {
  public:
    explicit EnvLogger(const base::Logger& logger) : logger_(logger) {}
    void Logv(const char* format, va_list arguments) override {
        if (!logger_) return;
        char text[512];
        const int size = vsnprintf(text, sizeof(text), format, arguments);
        if (size < 0) return;
        std::string_view message(text, std::min(static_cast<size_t>(size), sizeof(text) - 1));
        while (message.ends_with('\n')) message.remove_suffix(1);
        base::log(logger_, base::LogLevel::debug, message);
    }

  private:
    const base::Logger logger_;
};

// Hands a made file over the way that LevelDB wants it.
template <typename T>
leveldb::Status give(Result<std::unique_ptr<T>> made, T** out) {
    *out = made.ok() ? std::move(made).value().release() : nullptr;
    return to_leveldb(made.status());
}

leveldb::Status not_ours(const std::string& path) {
    return leveldb::Status::NotSupported(path, "not a file of the store");
}

}  // namespace

class StoreEnv::Impl final : public leveldb::Env {
  public:
    leveldb::Status NewSequentialFile(const std::string& path,
                                      leveldb::SequentialFile** result) override {
        switch (parse_file_name(path).kind) {
            case FileKind::log:
            case FileKind::manifest:
                return give(open_frame_sequence(context, path), result);
            case FileKind::table:
            case FileKind::current:
                return give(open_page_sequence(context, path), result);
            case FileKind::other:
                break;
        }
        *result = nullptr;
        return not_ours(path);
    }

    leveldb::Status NewRandomAccessFile(const std::string& path,
                                        leveldb::RandomAccessFile** result) override {
        *result = nullptr;
        if (parse_file_name(path).kind != FileKind::table) return not_ours(path);
        return give(open_page_file(context, path), result);
    }

    leveldb::Status NewWritableFile(const std::string& path,
                                    leveldb::WritableFile** result) override {
        *result = nullptr;
        const FileName name = parse_file_name(path);
        if (name.kind == FileKind::other) return not_ours(path);
        if (name.kind == FileKind::table || name.kind == FileKind::current) {
            return give(make_page_writer(context, path), result);
        }
        Result<File> file = create_file(context, path);
        if (!file.ok()) return to_leveldb(file.status());
        const bool manifest = name.kind == FileKind::manifest;
        auto* writer = new FrameWriter(context, std::move(file).value(), context.identity(name),
                                       manifest ? &manifest_slot : nullptr);
        if (manifest) manifest_slot.set(writer);
        if (!manifest) context.logs.created(name.number);
        *result = writer;
        return leveldb::Status::OK();
    }

    bool FileExists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

    leveldb::Status GetChildren(const std::string& directory,
                                std::vector<std::string>* result) override {
        Result<std::vector<std::string>> names = list_directory(directory, context.faults);
        if (names.ok()) *result = std::move(names).value();
        return to_leveldb(names.status());
    }

    // After a failure nothing is removed: what a later open needs is not known.
    leveldb::Status RemoveFile(const std::string& path) override {
        Status status = context.latch.status();
        if (status.ok()) status = manifest_slot.seal();
        if (status.ok()) status = remove_file(path, context.faults);
        if (!status.ok()) base::log(context.logger, base::LogLevel::warning, status.message());
        const FileName name = parse_file_name(path);
        if (name.kind == FileKind::log) context.logs.removed(name.number);
        return to_leveldb(status);
    }

    leveldb::Status CreateDir(const std::string& path) override {
        return to_leveldb(make_directory(path, context.faults));
    }
    leveldb::Status RemoveDir(const std::string& path) override { return not_ours(path); }

    leveldb::Status GetFileSize(const std::string& path, uint64_t* size) override {
        const FileName name = parse_file_name(path);
        *size = 0;
        if (name.kind != FileKind::table && name.kind != FileKind::current) return not_ours(path);
        const auto reader = PageReader::open(path, context.identity(name), context.faults);
        if (reader.ok()) *size = reader.value()->size_bytes();
        return to_leveldb(reader.status());
    }

    leveldb::Status RenameFile(const std::string& from, const std::string& to) override {
        return to_leveldb(context.latch.keep(rename(from, to)));
    }

    // DirectoryLock holds the whole database before anything of it is opened.
    leveldb::Status LockFile(const std::string&, leveldb::FileLock** lock) override {
        *lock = new leveldb::FileLock;
        return leveldb::Status::OK();
    }
    leveldb::Status UnlockFile(leveldb::FileLock* lock) override {
        delete lock;
        return leveldb::Status::OK();
    }

    void Schedule(void (*function)(void*), void* argument) override {
        background.submit(function, argument);
    }
    void StartThread(void (*function)(void*), void* argument) override {
        background.run_beside(function, argument);
    }
    leveldb::Status GetTestDirectory(std::string*) override {
        return leveldb::Status::NotSupported("no test directory");
    }
    leveldb::Status NewLogger(const std::string&, leveldb::Logger** result) override {
        *result = new EnvLogger(context.logger);
        return leveldb::Status::OK();
    }
    uint64_t NowMicros() override { return base::Clock::system().monotonic_us(); }
    void SleepForMicroseconds(int micros) override {
        std::this_thread::sleep_for(std::chrono::microseconds(micros));
    }

    EnvContext context;
    ManifestSlot manifest_slot;
    std::unique_ptr<EnvLogger> info_log;
    Background background;  // last: its thread uses what stands above

  private:
    Status rename(const std::string& from, const std::string& to) {
        GRAPE_TRY(context.latch.status());
        size_t ignored = 0;
        const int fault = context.faults == nullptr
                              ? 0
                              : context.faults->before(FileOperation::create, to, &ignored);
        if (fault != 0) return errno_status(fault, "rename", to);
        if (::rename(from.c_str(), to.c_str()) != 0) return errno_status(errno, "rename", to);
        return sync_directory(context.directory, context.faults);
    }
};

StoreEnv::StoreEnv(const std::string& directory, uint64_t database_id, const base::Logger& logger,
                   FileFaults* faults)
    : impl_(std::make_unique<Impl>()) {
    impl_->context.directory = directory;
    impl_->context.database_id = database_id;
    impl_->context.logger = logger;
    impl_->context.faults = faults;
    impl_->info_log = std::make_unique<EnvLogger>(logger);
}

StoreEnv::~StoreEnv() = default;

Result<uint64_t> StoreEnv::recover() {
    return recover_append_files(impl_->context);
}
leveldb::Env* StoreEnv::env() {
    return impl_.get();
}
leveldb::Logger* StoreEnv::logger() {
    return impl_->info_log.get();
}
bool StoreEnv::failed() const {
    return impl_->context.latch.failed();
}
Status StoreEnv::failure() const {
    return impl_->context.latch.status();
}
void StoreEnv::keep_failure(const Status& status) {
    static_cast<void>(impl_->context.latch.keep(status));
}
Status StoreEnv::start_thread() {
    return impl_->background.start();
}
void StoreEnv::run_left_over() {
    impl_->background.run_left_over();
}
uint64_t StoreEnv::newest_log() const {
    return impl_->context.logs.newest();
}
bool StoreEnv::wait_until_logs_gone(uint64_t number, std::chrono::milliseconds timeout) {
    return impl_->context.logs.wait_until_gone(number, timeout, impl_->context.latch);
}
uint64_t StoreEnv::open_table_bytes() const {
    return impl_->context.open_table_bytes;
}

}  // namespace grape::storage::env
