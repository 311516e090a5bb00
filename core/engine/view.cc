#include "core/engine/view.h"

#include <pthread.h>

#include <algorithm>

#include "core/base/checksum.h"

namespace grape::engine {
namespace {

constexpr uint32_t kNameBuckets = 1u << 18;

}  // namespace

uint32_t NameTable::bucket_of(std::string_view name) {
    return static_cast<uint32_t>(base::checksum(name) % kNameBuckets);
}

const NameTable::Entry* NameTable::find_in(const Names& names, std::string_view name) {
    const Bucket* bucket = names.find(bucket_of(name));
    if (bucket == nullptr) return nullptr;
    for (const Entry& entry : *bucket) {
        if (entry.name == name) return &entry;
    }
    return nullptr;
}

void NameTable::put_in(Names& names, Entry entry, uint64_t edit) {
    const uint32_t number = bucket_of(entry.name);
    const Bucket* old = names.find(number);
    auto bucket = old == nullptr ? std::make_shared<Bucket>() : std::make_shared<Bucket>(*old);
    bucket->push_back(std::move(entry));
    names.set(number, std::move(bucket), edit);
}

void NameTable::erase_in(Names& names, std::string_view name, uint64_t edit) {
    const uint32_t number = bucket_of(name);
    auto bucket = std::make_shared<Bucket>(*names.find(number));
    std::erase_if(*bucket, [&](const Entry& entry) { return entry.name == name; });
    if (bucket->empty()) {
        names.erase(number, edit);
    } else {
        names.set(number, std::move(bucket), edit);
    }
}

void NameTable::put(Entry entry, uint64_t edit) {
    erase(entry.name, edit);
    if (entry.alias) {
        const Names* old = aliases_.find(entry.collection);
        auto aliases = old == nullptr ? std::make_shared<Names>() : std::make_shared<Names>(*old);
        put_in(*aliases, entry, edit);
        aliases_.set(entry.collection, std::move(aliases), edit);
    }
    put_in(names_, std::move(entry), edit);
}

void NameTable::erase(std::string_view name, uint64_t edit) {
    const Entry* entry = find(name);
    if (entry == nullptr) return;
    if (entry->alias) {
        auto aliases = std::make_shared<Names>(*aliases_.find(entry->collection));
        erase_in(*aliases, name, edit);
        if (aliases->empty()) {
            aliases_.erase(entry->collection, edit);
        } else {
            aliases_.set(entry->collection, std::move(aliases), edit);
        }
    }
    erase_in(names_, name, edit);
}

void PinTable::add(uint64_t commit) {
    const base::MutexLock lock(mutex_);
    commits_.insert(commit);
}

void PinTable::remove(uint64_t commit) {
    const base::MutexLock lock(mutex_);
    commits_.erase(commits_.find(commit));
}

uint64_t PinTable::min_pinned() const {
    const base::MutexLock lock(mutex_);
    return commits_.empty() ? UINT64_MAX : *commits_.begin();
}

View::View(ViewState state, std::shared_ptr<PinTable> pins, const KeyOverlay* own_keys)
    : state_(std::move(state)), pins_(std::move(pins)), own_keys_(own_keys) {
    pins_->add(state_.commit);
}

View::~View() {
    pins_->remove(state_.commit);
}

base::Result<const CollectionView*> View::find(std::string_view name) const {
    const NameTable::Entry* entry = state_.names.find(name);
    const CollectionView* found =
        entry == nullptr ? nullptr : state_.collections.find(entry->collection);
    if (found == nullptr) {
        return base::Status::make_not_found("collection_name: there is no collection '", name, "'");
    }
    return found;
}

ViewSlots::ViewSlots() : graveyard_(std::make_shared<Graveyard>()) {}

std::shared_ptr<const View> ViewSlots::current() const {
    // Thread handles are addresses far apart: the low bits say nothing.
    const auto self = static_cast<uint64_t>(pthread_self());
    return slots_[(self * 0x9E3779B97F4A7C15ull >> 32) % kSlots].get();
}

std::shared_ptr<const View> ViewSlots::prepare(ViewState state,
                                               std::shared_ptr<PinTable> pins) const {
    const auto bury = [graveyard = graveyard_](const View* dropped) {
        {
            const base::MutexLock lock(graveyard->mutex);
            if (!graveyard->closed) {
                dropped->next_dropped_ = graveyard->first;
                graveyard->first = dropped;
                ++graveyard->count;
                return;
            }
        }
        delete dropped;
    };
    return {new View(std::move(state), std::move(pins)), bury};
}

void ViewSlots::publish(std::shared_ptr<const View> view) {
    swap_all(std::move(view));
}

// All slots change at one moment, so that no reader finds an older view than another one told it
// of.
void ViewSlots::swap_all(std::shared_ptr<const View> view) {
    std::array<std::shared_ptr<const View>, kSlots> old;
    old.fill(view);
    for (Slot& slot : slots_) slot.lock();
    for (size_t i = 0; i < kSlots; ++i) slots_[i].swap(old[i]);
    for (Slot& slot : slots_) slot.unlock();
}

void ViewSlots::reclaim() {
    const View* dropped = nullptr;
    {
        const base::MutexLock lock(graveyard_->mutex);
        std::swap(dropped, graveyard_->first);
        graveyard_->count = 0;
    }
    while (dropped != nullptr) {
        const View* const next = dropped->next_dropped_;
        delete dropped;
        dropped = next;
    }
}

void ViewSlots::reclaim_if_many() {
    constexpr size_t kMany = 16;
    {
        const base::MutexLock lock(graveyard_->mutex);
        if (graveyard_->count < kMany) return;
    }
    reclaim();
}

void ViewSlots::clear() {
    swap_all(nullptr);
    {
        const base::MutexLock lock(graveyard_->mutex);
        graveyard_->closed = true;
    }
    reclaim();
}

}  // namespace grape::engine
