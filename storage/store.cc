#include "storage/store.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "storage/store_limits.h"

namespace grape::storage {
namespace {

using base::Status;

enum class EntryKind : uint8_t { put = 1, remove = 2 };

void append_text(std::string& out, std::string_view text) {
    base::append_varint(out, text.size());
    out.append(text);
}

Status over_limit(std::string_view what, size_t size, size_t limit) {
    return Status::make_limit("write batch: ", what, " has ", size, " bytes, the limit is ", limit);
}

}  // namespace

std::string end_of_prefix(std::string_view prefix) {
    std::string end(prefix);
    while (!end.empty() && end.back() == '\xff') end.pop_back();
    if (!end.empty()) ++end.back();
    return end;
}

void WriteBatch::put(std::string_view key, std::string_view value) {
    data_.push_back(static_cast<char>(EntryKind::put));
    append_text(data_, key);
    append_text(data_, value);
    ++count_;
}

void WriteBatch::remove(std::string_view key) {
    data_.push_back(static_cast<char>(EntryKind::remove));
    append_text(data_, key);
    ++count_;
}

void WriteBatch::clear() {
    data_.clear();
    count_ = 0;
}

void WriteBatch::append(const WriteBatch& other) {
    // Appending a batch to itself doubles it: std::string allows its own bytes as the source.
    data_.append(other.data_);
    count_ += other.count_;
}

void WriteBatch::for_each(const std::function<void(std::string_view, std::string_view)>& put,
                          const std::function<void(std::string_view)>& remove) const {
    base::ByteReader reader(data_);
    while (!reader.at_end() && reader.ok()) {
        const auto kind = static_cast<EntryKind>(reader.le<uint8_t>());
        const std::string_view key = reader.bytes(reader.varint());
        if (kind == EntryKind::remove) {
            remove(key);
            continue;
        }
        const std::string_view value = reader.bytes(reader.varint());
        put(key, value);
    }
    GRAPE_DCHECK(reader.done());
}

Status check_batch_limits(const WriteBatch& batch) {
    if (batch.size_bytes() > store_batch_bytes_max) {
        return over_limit("the batch", batch.size_bytes(), store_batch_bytes_max);
    }
    size_t key_bytes = 0;
    size_t value_bytes = 0;
    const auto see_key = [&](std::string_view key) { key_bytes = std::max(key_bytes, key.size()); };
    batch.for_each(
        [&](std::string_view key, std::string_view value) {
            see_key(key);
            value_bytes = std::max(value_bytes, value.size());
        },
        see_key);
    if (key_bytes > store_key_bytes_max) {
        return over_limit("a key", key_bytes, store_key_bytes_max);
    }
    if (value_bytes > store_value_bytes_max) {
        return over_limit("a value", value_bytes, store_value_bytes_max);
    }
    return {};
}

Status scan(const Store& store, std::string_view prefix,
            const std::function<Status(std::string_view, std::string_view)>& visit) {
    const std::unique_ptr<Iterator> iterator = store.iterate(prefix);
    for (; iterator->valid(); iterator->next()) {
        GRAPE_TRY(visit(iterator->key(), iterator->value()));
    }
    return iterator->status();
}

}  // namespace grape::storage
