#include "capi/handle.h"

#include <unistd.h>

#include <atomic>
#include <string>
#include <utility>

#include "capi/guard.h"

namespace grape::capi {
namespace {

using base::Result;
using base::Status;

// A slot's word: how many calls are inside (30 bits), two flags, the generation (32 bits).
constexpr uint64_t kCalls = (uint64_t{1} << 30) - 1;
constexpr uint64_t kLive = uint64_t{1} << 30;  // calls may enter
constexpr uint64_t kBusy = uint64_t{1} << 31;  // being opened or closed

constexpr uint32_t kSlotCount = 4096;
constexpr uint32_t kNoSlot = UINT32_MAX;

struct alignas(64) Slot {  // one cache line each: databases do not slow each other down
    std::atomic<uint64_t> word;
    OpenDatabase* open;
};

// All zeros at the start and never destroyed: a call during exit() still finds its slot.
constinit Slot slots[kSlotCount] = {};

uint32_t generation(uint64_t word) {
    return static_cast<uint32_t>(word >> 32);
}
uint64_t generation_bits(uint32_t generation) {
    return uint64_t{generation} << 32;
}

// A handle's bits. The lowest are odd, so that it is never the address of an object; where pointers
// have 64 bits a magic word stands on top, where they have 32 the generation is cut to 16.
constexpr bool kWide = sizeof(uintptr_t) == 8;
constexpr unsigned kTagBits = 4;
constexpr unsigned kSlotBits = 12;
constexpr unsigned kGenerationBits = kWide ? 32 : 16;
constexpr uint64_t kTag = 9;
constexpr uint64_t kMagic = kWide ? uint64_t{0x4744} << 48 : 0;
constexpr uint64_t kGenerationMask = (uint64_t{1} << kGenerationBits) - 1;
static_assert(kSlotCount == 1u << kSlotBits);

uint64_t handle_bits(uint32_t slot, uint32_t generation) {
    return kMagic | uint64_t{slot} << (kTagBits + kGenerationBits) |
           (generation & kGenerationMask) << kTagBits | kTag;
}

struct Ticket {
    uint32_t slot;
    uint32_t generation;
};

Result<Ticket> read_handle(const grape_db* handle) {
    if (handle == nullptr) return null_argument("db");
    const auto bits = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(handle));
    Ticket ticket;
    ticket.slot = static_cast<uint32_t>(bits >> (kTagBits + kGenerationBits)) & (kSlotCount - 1);
    ticket.generation = static_cast<uint32_t>(bits >> kTagBits & kGenerationMask);
    const uint32_t newest = generation(slots[ticket.slot].word.load(std::memory_order_acquire));
    const bool ours = handle_bits(ticket.slot, ticket.generation) == bits;
    if (!ours || ticket.generation == 0 || ticket.generation > newest) {
        return Status::make_invalid("db: is not a handle that grape_open() gave");
    }
    return ticket;
}

Status closed() {
    return Status::make_closed("db: the handle was closed");
}

void leave(uint32_t slot) {
    const uint64_t before = slots[slot].word.fetch_sub(1, std::memory_order_acq_rel);
    if ((before & kBusy) != 0) slots[slot].word.notify_all();
}

// From live to closing, with one call inside: the closer's. False when somebody else was faster.
bool start_closing(Slot& slot) {
    uint64_t word = slot.word.load(std::memory_order_acquire);
    while ((word & kLive) != 0) {
        if (slot.word.compare_exchange_weak(word, (word & ~kLive) | kBusy,
                                            std::memory_order_acq_rel)) {
            return true;
        }
    }
    return false;
}

void wait_for_last(Slot& slot) {
    uint64_t word = slot.word.load(std::memory_order_acquire);
    while ((word & kCalls) > 1) {
        slot.word.wait(word, std::memory_order_acquire);
        word = slot.word.load(std::memory_order_acquire);
    }
}

}  // namespace

LogSink::LogSink(const grape_open_options& options)
    : log_(options.log),
      ctx_(options.log_ctx),
      ctx_free_(options.log_ctx_free),
      process_(getpid()) {}

LogSink::~LogSink() {
    if (ctx_free_ != nullptr && process_ == getpid()) ctx_free_(ctx_);
}

base::Logger LogSink::logger() const {
    if (log_ == nullptr) return {};
    return [log = log_, ctx = ctx_](base::LogLevel level, std::string_view message) {
        try {
            log(ctx, static_cast<int32_t>(level), std::string(message).c_str());
        } catch (const std::bad_alloc&) {
            return;  // a message is not worth a failure
        }
    };
}

Result<Claim> Claim::take() {
    for (uint32_t i = 0; i < kSlotCount; i++) {
        uint64_t word = slots[i].word.load(std::memory_order_acquire);
        if ((word & (kLive | kBusy)) != 0) continue;
        uint32_t next = generation(word) + 1;
        if ((next & kGenerationMask) == 0) next = 1;
        if (slots[i].word.compare_exchange_strong(word, generation_bits(next) | kBusy,
                                                  std::memory_order_acq_rel)) {
            return Claim(i);
        }
    }
    return Status::make_limit("databases: ", kSlotCount, " are open, which is the limit");
}

Claim::Claim(Claim&& other) noexcept : slot_(std::exchange(other.slot_, kNoSlot)) {}

Claim::~Claim() {
    if (slot_ == kNoSlot) return;
    auto& word = slots[slot_].word;
    word.store(generation_bits(generation(word.load(std::memory_order_relaxed))),
               std::memory_order_release);
}

grape_db* Claim::publish(std::unique_ptr<OpenDatabase> open) {
    Slot& slot = slots[slot_];
    const uint32_t current = generation(slot.word.load(std::memory_order_relaxed));
    const uint64_t bits = handle_bits(slot_, current);
    slot.open = open.release();
    slot.word.store(generation_bits(current) | kLive, std::memory_order_release);
    slot_ = kNoSlot;
    return reinterpret_cast<grape_db*>(static_cast<uintptr_t>(bits));
}

Result<Call> Call::enter(const grape_db* handle) {
    GRAPE_ASSIGN(const Ticket ticket, read_handle(handle));
    Slot& slot = slots[ticket.slot];
    uint64_t word = slot.word.load(std::memory_order_acquire);
    do {
        const bool same = (generation(word) & kGenerationMask) == ticket.generation;
        if (!same || (word & kLive) == 0) return closed();
        if ((word & kCalls) == kCalls) return Status::make_limit("db: too many calls at once");
    } while (!slot.word.compare_exchange_weak(word, word + 1, std::memory_order_acq_rel));
    Call call(ticket.slot);
    if (slot.open->process != getpid()) {
        return Status::make_forked("db: opened by process ", slot.open->process,
                                   ", which this one was forked from; open it here anew");
    }
    return call;
}

Call::Call(Call&& other) noexcept : slot_(std::exchange(other.slot_, kNoSlot)) {}

Call::~Call() {
    if (slot_ != kNoSlot) leave(slot_);
}

engine::Database& Call::database() const {
    return *slots[slot_].open->database;
}

base::ThreadPool& Call::pool() const {
    return *slots[slot_].open->pool;
}

Status Call::close() {
    Slot& slot = slots[slot_];
    if (pool().is_own_thread()) {
        return Status::make_invalid("db: a completion must not close the database it is from");
    }
    if (!start_closing(slot)) return closed();
    // Completions that run may be inside of calls, so these come after.
    pool().close();
    wait_for_last(slot);
    const std::unique_ptr<OpenDatabase> open(std::exchange(slot.open, nullptr));
    const uint32_t current = generation(slot.word.load(std::memory_order_relaxed));
    slot_ = kNoSlot;
    Status status = open->database->close();
    open->database.reset();
    slot.word.store(generation_bits(current), std::memory_order_release);
    return status;
}

}  // namespace grape::capi
