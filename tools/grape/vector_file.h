// Files of vectors: .npy (NumPy, two dimensions), .fvecs and .bvecs (each row is its length as a
// 32-bit number, then its elements). They are read row by row and never mapped, so that a file that
// shrinks meanwhile is an error and no crash.
//
// Threads: one thread.
// What must stay true: whatever is in a file, it gives rows of one type and length or a Failure
// that names file, row and what is wrong.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/grape/failure.h"

namespace grape::cli {

class InputFile {
  public:
    explicit InputFile(std::string path);
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    ~InputFile();

    const std::string& path() const { return path_; }
    uint64_t size_bytes() const { return size_bytes_; }
    bool is_regular() const { return regular_; }
    // Fills `out`; a file that ends before is a Failure.
    void read_at(uint64_t offset, void* out, size_t bytes) const;
    // Up to `bytes` more from where the last one ended; 0 at the end.
    size_t read_some(char* out, size_t bytes);
    Failure wrong(const std::string& what) const {
        return Failure(Exit::invalid, path_ + ": " + what);
    }

  private:
    std::string path_;
    uint64_t size_bytes_ = 0;
    bool regular_ = true;
    int descriptor_ = -1;
};

// What the header of a .npy says; checked against the size of the file.
struct NpyHeader {
    uint32_t type = 0;  // GRAPE_F32, ...
    uint64_t rows = 0;
    uint32_t dim = 0;
    uint64_t data_offset = 0;
};
NpyHeader read_npy_header(const InputFile& file);

enum class FileFormat { npy, fvecs, bvecs, jsonl };
// From --format, or from the file's name.
FileFormat file_format(const std::string& path, const std::string& given);

class VectorFile {
  public:
    VectorFile(const std::string& path, FileFormat format);

    const std::string& path() const { return file_.path(); }
    uint64_t rows() const { return rows_; }
    uint32_t dim() const { return dim_; }
    uint32_t type() const { return type_; }  // GRAPE_F32, GRAPE_F16, GRAPE_U8
    // "row 17".
    std::string row_name(uint64_t row) const { return "row " + std::to_string(row); }

    // Reads `count` rows into memory of this object; valid until the next read.
    grape_blob read(uint64_t first, uint64_t count);

  private:
    void open_npy();
    void open_vecs(uint32_t element_bytes);
    void check_lengths(uint64_t first, uint64_t count) const;

    InputFile file_;
    uint64_t rows_ = 0;
    uint32_t dim_ = 0;
    uint32_t type_ = 0;
    uint64_t data_offset_ = 0;
    uint64_t stride_bytes_ = 0;        // from row to row
    uint64_t prefix_bytes_ = 0;        // of a row, before its elements
    std::vector<uint64_t> rows_read_;  // 64-bit elements: aligned for every type
};

}  // namespace grape::cli
