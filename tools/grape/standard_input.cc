#include "tools/grape/standard_input.h"

#include <errno.h>

#include <cstdio>

#include "tools/grape/failure.h"

namespace grape::cli {

std::string read_standard_input() {
    constexpr size_t kBytesMax = 256u << 20;
    std::string text;
    char buffer[1u << 16];
    while (const size_t got = std::fread(buffer, 1, sizeof(buffer), stdin)) {
        text.append(buffer, got);
        if (text.size() > kBytesMax) {
            throw Failure(Exit::invalid, "stdin: more than 256 MiB");
        }
    }
    if (std::ferror(stdin) != 0) throw system_failure("cannot read", "stdin", errno);
    return text;
}

}  // namespace grape::cli
