#include "core/engine/row_file.h"

#include <algorithm>

#include "core/base/bytes.h"

namespace grape::engine {
namespace {

using base::Result;
using base::Status;

constexpr uint32_t kMagic = 0x31575247;  // "GRW1"
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderBytes = 32;
constexpr size_t kChunkEntryBytes = 24;  // number, rows, offset u64, string bytes, zero
constexpr size_t kFixedRecordBytes = 40;

// A record: kind u8, string length u8, 2 zero bytes, string offset u32, id high u64, id low u64,
// version u64, key commit u64, then per vector run u32 and position u32. Kind 0 is a dead row.
size_t record_bytes(uint32_t vectors) {
    return kFixedRecordBytes + size_t{8} * vectors;
}

void append_record(std::string& records, std::string& strings, const RowLeaf& leaf, uint32_t slot,
                   uint32_t vectors) {
    const size_t start = records.size();
    if ((leaf.alive >> slot & 1) == 0) {
        records.resize(start + record_bytes(vectors), '\0');
        return;
    }
    const base::PointId& id = leaf.ids[slot];
    uint64_t high = 0;
    uint64_t low = 0;
    const std::string_view text = id.as_string();
    if (id.kind() == base::IdKind::number) high = id.as_number();
    if (id.kind() == base::IdKind::uuid) {
        const base::UuidBytes uuid = id.as_uuid();
        high = base::load_be<uint64_t>(uuid.data());
        low = base::load_be<uint64_t>(uuid.data() + 8);
    }
    records.push_back(static_cast<char>(id.kind()));
    records.push_back(static_cast<char>(text.size()));
    records.append(2, '\0');
    base::append_le(records, static_cast<uint32_t>(strings.size()));
    strings.append(text);
    base::append_le(records, high);
    base::append_le(records, low);
    base::append_le(records, leaf.versions[slot]);
    base::append_le(records, leaf.key_commits[slot]);
    for (uint32_t vector = 0; vector < vectors; ++vector) {
        const Place place = leaf.places[size_t{slot} * vectors + vector];
        base::append_le(records, place.run);
        base::append_le(records, place.position);
    }
}

bool is_sound_id(const uint8_t* record, const RowFile::Chunk& chunk) {
    const auto kind = static_cast<base::IdKind>(record[0]);
    const uint64_t text_at = base::load_le<uint32_t>(record + 4);
    if (kind > base::IdKind::string || text_at + record[1] > chunk.string_bytes) return false;
    return kind != base::IdKind::string ||
           base::PointId::is_stored_text({chunk.strings + text_at, record[1]});
}

struct EncodedChunk {
    std::string records, strings;
    uint32_t rows = 0;
};

EncodedChunk encode_chunk(const RowTable& table, uint32_t chunk) {
    EncodedChunk out;
    const uint32_t first = chunk * kRowChunk;
    const uint32_t end = std::min(table.high(), first + kRowChunk);
    for (uint32_t row = first; row < end; row += RowLeaf::kRows) {
        const RowLeaf leaf = table.leaf(row / RowLeaf::kRows);
        const uint32_t slots = std::min(RowLeaf::kRows, end - row);
        for (uint32_t slot = 0; slot < slots; ++slot) {
            append_record(out.records, out.strings, leaf, slot, table.vectors());
        }
        out.rows += slots;
    }
    return out;
}

}  // namespace

// Two passes: the directory stands first, so the chunks' sizes are found before they are written.
Status write_row_file(storage::BlobWriter& out, const RowTable& table,
                      const std::vector<uint32_t>& chunks) {
    std::string head;
    base::append_le(head, kMagic);
    base::append_le(head, kVersion);
    base::append_le(head, table.vectors());
    base::append_le(head, table.high());
    base::append_le(head, table.live());
    base::append_le(head, static_cast<uint32_t>(chunks.size()));
    head.resize(kHeaderBytes, '\0');
    uint64_t offset = kHeaderBytes + kChunkEntryBytes * chunks.size();
    for (const uint32_t chunk : chunks) {
        const EncodedChunk encoded = encode_chunk(table, chunk);
        base::append_le(head, chunk);
        base::append_le(head, encoded.rows);
        base::append_le(head, offset);
        base::append_le(head, static_cast<uint32_t>(encoded.strings.size()));
        base::append_le(head, uint32_t{0});
        offset += (encoded.records.size() + encoded.strings.size() + 7) / 8 * 8;
    }
    GRAPE_TRY(out.append(base::as_bytes(head)));
    for (const uint32_t chunk : chunks) {
        const EncodedChunk encoded = encode_chunk(table, chunk);
        GRAPE_TRY(out.append(base::as_bytes(encoded.records)));
        GRAPE_TRY(out.append(base::as_bytes(encoded.strings)));
        GRAPE_TRY(out.align(8));
    }
    return {};
}

Result<std::shared_ptr<const RowFile>> RowFile::open(std::shared_ptr<storage::Blob> blob,
                                                     uint32_t vectors) {
    auto file = std::make_shared<RowFile>();
    file->blob_ = std::move(blob);
    GRAPE_ASSIGN(file->content_, file->blob_->read(0, file->blob_->content_bytes()));
    GRAPE_TRY(file->parse(file->content_.bytes(), vectors));
    return std::shared_ptr<const RowFile>(std::move(file));
}

Status RowFile::parse(base::Bytes content, uint32_t vectors) {
    const Status malformed = Status::make_corrupt("row file ", file_number(), " is malformed");
    base::ByteReader in(base::as_text(content));
    const bool same = in.le<uint32_t>() == kMagic && in.le<uint32_t>() == kVersion &&
                      in.le<uint32_t>() == vectors;
    high_ = in.le<uint32_t>();
    live_ = in.le<uint32_t>();
    const auto count = in.le<uint32_t>();
    in.bytes(kHeaderBytes - in.position());
    if (!same || !in.ok() || live_ > high_ || count > in.remaining() / kChunkEntryBytes) {
        return malformed;
    }
    for (uint32_t i = 0; i < count; ++i) {
        Chunk chunk;
        chunk.number = in.le<uint32_t>();
        chunk.rows = in.le<uint32_t>();
        const auto offset = in.le<uint64_t>();
        chunk.string_bytes = in.le<uint32_t>();
        in.le<uint32_t>();
        const uint64_t bytes = uint64_t{chunk.rows} * record_bytes(vectors);
        if (chunk.rows > kRowChunk || chunk.number > UINT32_MAX / kRowChunk ||
            uint64_t{chunk.number} * kRowChunk + chunk.rows > high_ || offset > content.size() ||
            bytes + chunk.string_bytes > content.size() - offset) {
            return malformed;
        }
        chunk.records = content.data() + offset;
        chunk.strings = reinterpret_cast<const char*>(chunk.records + bytes);
        for (uint32_t row = 0; row < chunk.rows; ++row) {
            const uint8_t* record = chunk.records + row * record_bytes(vectors);
            if (!is_sound_id(record, chunk)) return malformed;
        }
        chunks_.push_back(chunk);
    }
    return {};
}

std::shared_ptr<const RowFiles> RowFiles::make(std::vector<std::shared_ptr<const RowFile>> files,
                                               uint32_t vectors) {
    auto out = std::make_shared<RowFiles>();
    out->files_ = std::move(files);
    out->vectors_ = vectors;
    for (const auto& file : out->files_) {
        out->high_ = std::max(out->high_, file->high());
        for (const RowFile::Chunk& chunk : file->chunks()) {
            if (chunk.number >= out->chunks_.size()) out->chunks_.resize(chunk.number + 1);
            out->chunks_[chunk.number] = &chunk;
        }
    }
    return out;
}

const uint8_t* RowFiles::record(uint32_t row) const {
    const uint32_t number = row / kRowChunk;
    if (number >= chunks_.size() || chunks_[number] == nullptr) return nullptr;
    const RowFile::Chunk& chunk = *chunks_[number];
    if (row % kRowChunk >= chunk.rows) return nullptr;
    const uint8_t* found = chunk.records + (row % kRowChunk) * record_bytes(vectors_);
    return found[0] == 0 ? nullptr : found;
}

bool RowFiles::alive(uint32_t row) const {
    return record(row) != nullptr;
}

base::PointId RowFiles::id(uint32_t row) const {
    const uint8_t* found = record(row);
    if (found == nullptr) return {};
    const auto kind = static_cast<base::IdKind>(found[0]);
    if (kind == base::IdKind::number)
        return base::PointId::number(base::load_le<uint64_t>(found + 8));
    std::string key(1, static_cast<char>(kind));
    if (kind == base::IdKind::uuid) {
        base::append_be(key, base::load_le<uint64_t>(found + 8));
        base::append_be(key, base::load_le<uint64_t>(found + 16));
    } else {
        key.append(chunks_[row / kRowChunk]->strings + base::load_le<uint32_t>(found + 4),
                   found[1]);
    }
    // The record was checked when the file was opened.
    auto id = base::PointId::from_key(key);
    return id.ok() ? std::move(id).value() : base::PointId();
}

uint64_t RowFiles::version(uint32_t row) const {
    const uint8_t* found = record(row);
    return found == nullptr ? 0 : base::load_le<uint64_t>(found + 24);
}

uint64_t RowFiles::key_commit(uint32_t row) const {
    const uint8_t* found = record(row);
    return found == nullptr ? 0 : base::load_le<uint64_t>(found + 32);
}

Place RowFiles::place(uint32_t row, uint32_t vector) const {
    const uint8_t* found = record(row);
    if (found == nullptr) return {};
    const uint8_t* place = found + kFixedRecordBytes + size_t{8} * vector;
    return {base::load_le<uint32_t>(place), base::load_le<uint32_t>(place + 4)};
}

void RowFiles::fill(uint32_t leaf, RowLeaf& out) const {
    for (uint32_t slot = 0; slot < RowLeaf::kRows; ++slot) {
        const uint32_t row = leaf * RowLeaf::kRows + slot;
        if (record(row) == nullptr) continue;
        out.alive |= uint64_t{1} << slot;
        out.ids[slot] = id(row);
        out.versions[slot] = version(row);
        out.key_commits[slot] = key_commit(row);
        for (uint32_t vector = 0; vector < vectors_; ++vector) {
            out.places[size_t{slot} * vectors_ + vector] = place(row, vector);
        }
    }
}

}  // namespace grape::engine
