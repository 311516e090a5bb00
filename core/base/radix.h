// Radix: a persistent map from u32 keys to shared values: copying one costs a pointer, changing a
// key copies the nodes on its path (64 slots each, empty ones cost nothing).
//
// Every change is made under an edit number. Nodes made under the same number belong to that edit
// alone and are changed in place, so that a bulk change copies each node once. A caller takes a
// fresh number (next_edit()) for each state that it may want to go back to.
//
// Threads: a Radix that is not being changed may be read by any thread; copies are independent.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/bits.h"

namespace grape::base {

// A number that no other edit of this process has.
uint64_t next_edit();

template <typename T>
class Radix {
  public:
    // Null when the key has no value.
    const T* find(uint32_t key) const {
        const std::shared_ptr<const T>* slot = slot_for(key);
        return slot == nullptr ? nullptr : slot->get();
    }
    std::shared_ptr<const T> find_shared(uint32_t key) const {
        const std::shared_ptr<const T>* slot = slot_for(key);
        return slot == nullptr ? nullptr : *slot;
    }

    void set(uint32_t key, std::shared_ptr<const T> value, uint64_t edit) {
        if (root_ == nullptr) root_ = std::make_shared<Node>(edit);
        while ((key >> shift_) >= kSlots) {
            auto parent = std::make_shared<Node>(edit);
            parent->children.assign(1, root_);
            parent->present = 1;
            root_ = std::move(parent);
            shift_ += kBits;
        }
        if (find(key) == nullptr) ++size_;
        set_in(root_, shift_, key, std::move(value), edit);
    }

    void erase(uint32_t key, uint64_t edit) {
        if (find(key) == nullptr) return;
        --size_;
        erase_in(root_, shift_, key, edit);
    }

    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    // visit(key, shared_ptr<const T>) in the order of the keys.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        if (root_ != nullptr) visit_node(*root_, shift_, 0, visit);
    }

    // visit(key) for each key whose value is not the same object in both; what they share costs
    // nothing.
    template <typename Visit>
    static void for_each_difference(const Radix& a, const Radix& b, Visit&& visit) {
        if (a.shift_ == b.shift_) {
            visit_difference(a.root_.get(), b.root_.get(), a.shift_, 0, visit);
            return;
        }
        // Of another height: the keys of both, some of them perhaps for nothing.
        const auto all = [&visit](uint32_t key, const std::shared_ptr<const T>&) { visit(key); };
        a.for_each(all);
        b.for_each(all);
    }

  private:
    static constexpr uint32_t kBits = 6;
    static constexpr uint32_t kSlots = 1u << kBits;

    struct Node {
        explicit Node(uint64_t edit_number) : edit(edit_number) {}
        const uint64_t edit;
        uint64_t present = 0;
        // Dense by the bits of `present`: children in inner nodes, values in those of the last
        // level.
        std::vector<std::shared_ptr<Node>> children;
        std::vector<std::shared_ptr<const T>> leaves;

        size_t index(uint32_t slot) const {
            return bit_count(present & ((uint64_t{1} << slot) - 1));
        }
        bool has(uint32_t slot) const { return (present >> slot & 1) != 0; }
    };

    const std::shared_ptr<const T>* slot_for(uint32_t key) const {
        if (root_ == nullptr || (key >> shift_) >= kSlots) return nullptr;
        const Node* node = root_.get();
        for (uint32_t shift = shift_; shift > 0; shift -= kBits) {
            const uint32_t slot = slot_of(key, shift);
            if (!node->has(slot)) return nullptr;
            node = node->children[node->index(slot)].get();
        }
        const uint32_t slot = slot_of(key, 0);
        return node->has(slot) ? &node->leaves[node->index(slot)] : nullptr;
    }

    static uint32_t slot_of(uint32_t key, uint32_t shift) { return key >> shift & (kSlots - 1); }

    // Makes `node` one that this edit may change.
    static void own(std::shared_ptr<Node>& node, uint64_t edit) {
        if (node->edit == edit) return;
        auto copy = std::make_shared<Node>(edit);
        copy->present = node->present;
        copy->children = node->children;
        copy->leaves = node->leaves;
        node = std::move(copy);
    }

    template <typename Value>
    static void put(Node& node, std::vector<Value>& values, uint32_t slot, Value value) {
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(node.index(slot));
        if (node.has(slot)) {
            *at = std::move(value);
        } else {
            values.insert(at, std::move(value));
            node.present |= uint64_t{1} << slot;
        }
    }

    static void set_in(std::shared_ptr<Node>& node, uint32_t shift, uint32_t key,
                       std::shared_ptr<const T> value, uint64_t edit) {
        own(node, edit);
        const uint32_t slot = slot_of(key, shift);
        if (shift == 0) return put(*node, node->leaves, slot, std::move(value));
        if (!node->has(slot)) put(*node, node->children, slot, std::make_shared<Node>(edit));
        set_in(node->children[node->index(slot)], shift - kBits, key, std::move(value), edit);
    }

    static void erase_in(std::shared_ptr<Node>& node, uint32_t shift, uint32_t key, uint64_t edit) {
        own(node, edit);
        const uint32_t slot = slot_of(key, shift);
        const auto index = static_cast<std::ptrdiff_t>(node->index(slot));
        if (shift == 0) {
            node->leaves.erase(node->leaves.begin() + index);
            node->present &= ~(uint64_t{1} << slot);
            return;
        }
        std::shared_ptr<Node>& child = node->children[static_cast<size_t>(index)];
        erase_in(child, shift - kBits, key, edit);
        if (child->present == 0) {
            node->children.erase(node->children.begin() + index);
            node->present &= ~(uint64_t{1} << slot);
        }
    }

    template <typename Visit>
    static void visit_node(const Node& node, uint32_t shift, uint32_t base, Visit& visit) {
        size_t index = 0;
        for (uint64_t left = node.present; left != 0; left &= left - 1, ++index) {
            const uint32_t key = base | static_cast<uint32_t>(std::countr_zero(left)) << shift;
            if (shift == 0) {
                visit(key, node.leaves[index]);
            } else {
                visit_node(*node.children[index], shift - kBits, key, visit);
            }
        }
    }

    // Null: a subtree that is empty.
    template <typename Visit>
    static void visit_difference(const Node* a, const Node* b, uint32_t shift, uint32_t base,
                                 Visit& visit) {
        if (a == b) return;
        const uint64_t in_a = a == nullptr ? 0 : a->present, in_b = b == nullptr ? 0 : b->present;
        for (uint64_t left = in_a | in_b; left != 0; left &= left - 1) {
            const auto slot = static_cast<uint32_t>(std::countr_zero(left));
            const uint32_t key = base | slot << shift;
            const bool has_a = (in_a >> slot & 1) != 0, has_b = (in_b >> slot & 1) != 0;
            if (shift == 0) {
                const T* const of_a = has_a ? a->leaves[a->index(slot)].get() : nullptr;
                const T* const of_b = has_b ? b->leaves[b->index(slot)].get() : nullptr;
                if (of_a != of_b) visit(key);
            } else {
                visit_difference(has_a ? a->children[a->index(slot)].get() : nullptr,
                                 has_b ? b->children[b->index(slot)].get() : nullptr, shift - kBits,
                                 key, visit);
            }
        }
    }

    std::shared_ptr<Node> root_;
    uint32_t shift_ = 0;
    size_t size_ = 0;
};

}  // namespace grape::base
