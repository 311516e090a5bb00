// Runs a fuzz target over files, for builds without libFuzzer: standalone FOLDER... feeds it each
// file of the folders, whole, cut at each length, and with each byte changed. The corpus is so a
// test with any compiler. Threads: one.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/target.h"

namespace {

// Longer inputs are fed whole only: the work grows with the square of the length.
constexpr size_t kVariedBytesMax = 2048;

void feed(const std::vector<uint8_t>& input) {
    // A copy of exactly this size, so that AddressSanitizer sees a byte too many.
    const std::vector<uint8_t> exact(input.begin(), input.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

void feed_with_variants(const std::vector<uint8_t>& input) {
    feed(input);
    if (input.size() > kVariedBytesMax) return;
    for (size_t size = 0; size < input.size(); ++size) {
        feed({input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)});
    }
    std::vector<uint8_t> changed = input;
    for (uint8_t& byte : changed) {
        const uint8_t before = byte;
        for (const int flip : {0x01, 0x80, 0xff}) {
            byte = static_cast<uint8_t>(before ^ flip);
            feed(changed);
        }
        byte = before;
    }
}

std::vector<std::filesystem::path> corpus_files(int count, char** folders) {
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < count; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(folders[i])) {
            if (entry.is_regular_file()) files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

int main(int argc, char** argv) {
    const auto files = corpus_files(argc, argv);
    for (const auto& path : files) {
        // Said before, so that the output of a crash ends with the file that caused it.
        std::printf("%s\n", path.filename().c_str());
        std::fflush(stdout);
        std::ifstream in(path, std::ios::binary);
        feed_with_variants({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
    }
    std::printf("%zu passed, 0 failed, 0 skipped\n", files.size());
    return files.empty() ? 1 : 0;
}
