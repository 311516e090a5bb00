// A section that was just written and is read once, from memory: the tail as an input of a merge.
// Threads: the writer belongs to one; the blob may be read by any.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "storage/blob.h"

namespace grape::index {

class MemorySectionBlob final : public storage::Blob {
  public:
    explicit MemorySectionBlob(std::string content) : content_(std::move(content)) {
        identity_.size_bytes = content_.size();
    }
    uint64_t content_bytes() const override { return content_.size(); }
    storage::Placement placement() const override { return storage::Placement::pinned; }
    base::Result<storage::BlobView> read(uint64_t offset, size_t size) const override {
        if (offset > content_.size() || size > content_.size() - offset) {
            return base::Status::make_invalid("a read beyond the section");
        }
        return storage::BlobView(base::as_bytes(content_).subspan(offset, size));
    }
    base::Status verify() const override { return {}; }
    size_t heap_bytes() const override { return content_.capacity(); }
    size_t mapped_bytes() const override { return 0; }
    const storage::BlobIdentity& identity() const override { return identity_; }

  private:
    const std::string content_;
    storage::BlobIdentity identity_;
};

class MemorySectionWriter final : public storage::BlobWriter {
  public:
    base::Status append(base::Bytes bytes) override {
        content_.append(base::as_text(bytes));
        written_ += bytes.size();
        return {};
    }
    base::Result<storage::BlobIdentity> finish() override { return storage::BlobIdentity{}; }
    std::shared_ptr<storage::Blob> take() {
        return std::make_shared<MemorySectionBlob>(std::move(content_));
    }

  private:
    std::string content_;
};

}  // namespace grape::index
