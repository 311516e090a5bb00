#include "tools/grape/vector_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/grape/interrupts.h"

namespace grape::cli {
namespace {

constexpr uint32_t kDimMax = 65536;
constexpr uint32_t kVecsPrefixBytes = 4;

uint32_t element_bytes(uint32_t type) {
    return type == GRAPE_F32 ? 4 : type == GRAPE_F16 ? 2 : 1;
}

uint32_t little_endian(const unsigned char* bytes) {
    return static_cast<uint32_t>(bytes[0]) | static_cast<uint32_t>(bytes[1]) << 8 |
           static_cast<uint32_t>(bytes[2]) << 16 | static_cast<uint32_t>(bytes[3]) << 24;
}

}  // namespace

InputFile::InputFile(std::string path) : path_(std::move(path)) {
    if (path_ == "-") path_ = "/dev/stdin";
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw system_failure("cannot open", path_, errno);
    struct stat attributes = {};
    if (::fstat(descriptor_, &attributes) != 0) {
        const int error = errno;
        ::close(descriptor_);
        throw system_failure("cannot open", path_, error);
    }
    if (S_ISDIR(attributes.st_mode)) {
        ::close(descriptor_);
        throw Failure(Exit::invalid, path_ + ": is a directory, expected a file");
    }
    regular_ = S_ISREG(attributes.st_mode);
    size_bytes_ = static_cast<uint64_t>(attributes.st_size);
}

InputFile::~InputFile() {
    ::close(descriptor_);
}

void InputFile::read_at(uint64_t offset, void* out, size_t bytes) const {
    auto* to = static_cast<char*>(out);
    while (bytes > 0) {
        const ssize_t got = ::pread(descriptor_, to, bytes, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw system_failure("cannot read", path_, errno);
        if (got == 0) throw wrong("ends at byte " + std::to_string(offset) + ": cut while reading");
        to += got;
        offset += static_cast<uint64_t>(got);
        bytes -= static_cast<size_t>(got);
    }
}

size_t InputFile::read_some(char* out, size_t bytes) {
    while (true) {
        if (!regular_ && !wait_readable(descriptor_)) {
            throw Failure(Exit::interrupted, "interrupted");
        }
        const ssize_t got = ::read(descriptor_, out, bytes);
        if (got >= 0) return static_cast<size_t>(got);
        if (errno != EINTR) throw system_failure("cannot read", path_, errno);
    }
}

FileFormat file_format(const std::string& path, const std::string& given) {
    std::string name = given;
    if (name.empty()) {
        const size_t dot = path.rfind('.');
        if (dot != std::string::npos) name = path.substr(dot + 1);
    }
    if (name == "npy") return FileFormat::npy;
    if (name == "fvecs") return FileFormat::fvecs;
    if (name == "bvecs") return FileFormat::bvecs;
    if (name == "jsonl" || name == "ndjson") return FileFormat::jsonl;
    std::string advice = "say with --format what it is";
    if (name == "gz" || name == "xz" || name == "zst" || name == "bz2") advice = "unpack it first";
    if (name == "npz") advice = "is an archive; save the array with numpy.save()";
    throw Failure(
        Exit::invalid,
        path + ": expected a name that ends with .npy, .fvecs, .bvecs or .jsonl; " + advice);
}

VectorFile::VectorFile(const std::string& path, FileFormat format) : file_(path) {
    if (!file_.is_regular()) throw file_.wrong("not a regular file: vectors need one");
    switch (format) {
        case FileFormat::npy:
            open_npy();
            break;
        case FileFormat::fvecs:
            type_ = GRAPE_F32;
            open_vecs(sizeof(float));
            break;
        case FileFormat::bvecs:
            type_ = GRAPE_U8;
            open_vecs(1);
            break;
        case FileFormat::jsonl:
            throw file_.wrong("expected a file of vectors (.npy, .fvecs, .bvecs)");
    }
}

void VectorFile::open_npy() {
    const NpyHeader header = read_npy_header(file_);
    type_ = header.type;
    rows_ = header.rows;
    dim_ = header.dim;
    data_offset_ = header.data_offset;
    stride_bytes_ = uint64_t{dim_} * element_bytes(type_);
}

void VectorFile::open_vecs(uint32_t bytes) {
    if (file_.size_bytes() == 0) throw file_.wrong("is empty");
    if (file_.size_bytes() < kVecsPrefixBytes) throw file_.wrong("row 0: is cut off");
    unsigned char prefix[kVecsPrefixBytes];
    file_.read_at(0, prefix, sizeof(prefix));
    dim_ = little_endian(prefix);
    if (dim_ == 0 || dim_ > kDimMax) {
        throw file_.wrong("row 0: its length is " + std::to_string(dim_) +
                          ", expected 1 to 65536; not such a file?");
    }
    prefix_bytes_ = kVecsPrefixBytes;
    stride_bytes_ = prefix_bytes_ + uint64_t{dim_} * bytes;
    rows_ = file_.size_bytes() / stride_bytes_;
    if (file_.size_bytes() % stride_bytes_ != 0) {
        throw file_.wrong(row_name(rows_) + ": is cut off, or rows differ in length: " +
                          std::to_string(file_.size_bytes()) + " bytes are no multiple of " +
                          std::to_string(stride_bytes_) + " for rows of " + std::to_string(dim_));
    }
}

grape_blob VectorFile::read(uint64_t first, uint64_t count) {
    const uint64_t bytes = count * stride_bytes_;
    rows_read_.resize((bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t));
    file_.read_at(data_offset_ + first * stride_bytes_, rows_read_.data(), bytes);
    if (prefix_bytes_ > 0) check_lengths(first, count);
    const auto* start = reinterpret_cast<const unsigned char*>(rows_read_.data());
    return {start + prefix_bytes_, count, stride_bytes_, type_, dim_};
}

void VectorFile::check_lengths(uint64_t first, uint64_t count) const {
    const auto* row = reinterpret_cast<const unsigned char*>(rows_read_.data());
    for (uint64_t i = 0; i < count; ++i, row += stride_bytes_) {
        if (little_endian(row) == dim_) continue;
        throw file_.wrong(row_name(first + i) + ": has length " +
                          std::to_string(little_endian(row)) + ", the rows before " +
                          std::to_string(dim_));
    }
}

}  // namespace grape::cli
