// Append files for LevelDB: a log or manifest writer that makes frames, and the reader of a whole
// file that recovery has looked at.
// Threads: a reader belongs to one thread. A writer is LevelDB's, one thread at a time; seal() may
// come from another one.
#pragma once

#include <leveldb/env.h>

#include <memory>
#include <vector>

#include "storage/env/env_context.h"
#include "storage/env/frame_codec.h"
#include "storage/env/frame_reader.h"

namespace grape::storage::env {

class FrameWriter;

// The manifest that is being written. Before the first file is removed on the word of a manifest,
// the manifest gets a seal: then damage to what it said last is found, and not taken for a torn
// tail that an older state, with the removed files in it, would follow from.
class ManifestSlot {
  public:
    void set(FrameWriter* writer) GRAPE_EXCLUDES(mutex_);
    void clear(const FrameWriter* writer) GRAPE_EXCLUDES(mutex_);
    base::Status seal() GRAPE_EXCLUDES(mutex_);

  private:
    base::Mutex mutex_;  // taken before a writer's
    FrameWriter* writer_ GRAPE_GUARDED_BY(mutex_) = nullptr;
};

// One frame for each Flush or Sync that has bytes to write. Closing a file syncs it and writes a
// seal, which says: nothing is missing here.
//
// Small synced frames of a log are written over zeros that stand there already: then a sync changes
// neither the file's size nor its blocks. It writes no metadata and waits for no journal, which may
// first have to write what others wrote.
class FrameWriter final : public leveldb::WritableFile {
  public:
    // `slot`, when not null, is told when this writer goes.
    FrameWriter(EnvContext& context, File file, const FileIdentity& identity,
                ManifestSlot* slot = nullptr);
    ~FrameWriter() override;

    leveldb::Status Append(const leveldb::Slice& data) override;
    leveldb::Status Flush() override;
    leveldb::Status Sync() override;
    leveldb::Status Close() override;

    // Syncs what is there and writes a durable seal behind it, unless one stands there already.
    base::Status seal() GRAPE_EXCLUDES(mutex_);
    // Goes on behind what a scan found, for the seal that recovery writes.
    void resume(const FrameScan& scan) GRAPE_EXCLUDES(mutex_);

  private:
    base::Status append(base::Bytes data) GRAPE_REQUIRES(mutex_);
    base::Status flush() GRAPE_REQUIRES(mutex_);
    base::Status sync() GRAPE_REQUIRES(mutex_);
    base::Status seal_locked() GRAPE_REQUIRES(mutex_);
    void make_room() GRAPE_REQUIRES(mutex_);
    base::Status write_frame(uint8_t flags) GRAPE_REQUIRES(mutex_);
    base::Status close() GRAPE_EXCLUDES(mutex_);

    EnvContext& context_;
    const FileIdentity identity_;
    ManifestSlot* const slot_;
    base::Mutex mutex_;
    File file_ GRAPE_GUARDED_BY(mutex_);
    std::vector<uint8_t> frame_ GRAPE_GUARDED_BY(mutex_);  // header room, then the payload so far
    uint64_t offset_ GRAPE_GUARDED_BY(mutex_) = 0;
    uint64_t synced_ GRAPE_GUARDED_BY(mutex_) = 0;  // offset_ at the last sync
    uint64_t room_ GRAPE_GUARDED_BY(mutex_) = 0;    // the file has zeros up to here
    bool room_refused_ GRAPE_GUARDED_BY(mutex_) = false;
    uint64_t previous_ GRAPE_GUARDED_BY(mutex_) = 0;
    uint32_t frames_ GRAPE_GUARDED_BY(mutex_) = 0;
    uint32_t durable_frames_ GRAPE_GUARDED_BY(mutex_) = 0;
    bool sealed_ GRAPE_GUARDED_BY(mutex_) = false;
};

base::Result<std::unique_ptr<leveldb::SequentialFile>> open_frame_sequence(EnvContext& context,
                                                                           const std::string& path);

}  // namespace grape::storage::env
