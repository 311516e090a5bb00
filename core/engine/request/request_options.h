// What stands beside or between the operations of requests: the options of writes, and the requests
// that begin and end transactions. As all of request.h: what the user said, checked as far as that
// needs no database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace grape::engine {

enum class Durability : uint8_t { full = 0, group = 1, none = 2 };

struct WriteOptions {
    std::optional<Durability> durability;  // else that of the database
    uint32_t group_delay_ms = 0;           // with group
    std::string idempotency_key;           // "" = none
};

// --- transactions: all but the first carry the transaction's id in Request::transaction ---

struct BeginTransaction {
    uint64_t timeout_ms = 0;  // 0: limits::transaction_timeout_ms_default
    bool read_only = false;
};
struct CommitTransaction {};
struct RollbackTransaction {};
struct SetSavepoint {
    std::string name;
};
struct RollbackToSavepoint {
    std::string name;
};

}  // namespace grape::engine
