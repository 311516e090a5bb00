#include "core/index/text/stemmer.h"

#include <libstemmer.h>

#include "core/base/check.h"

namespace grape::index {

using base::Result;
using base::Status;

namespace {

// Languages as Qdrant names them; not the algorithms that libstemmer keeps beside them, nor its
// short names.
bool is_language(std::string_view language) {
    if (language == "porter") return false;
    for (const char** known = sb_stemmer_list(); *known != nullptr; ++known) {
        if (language == *known) return true;
    }
    return false;
}

}  // namespace

Result<std::shared_ptr<const Stemmer>> Stemmer::make(std::string_view language) {
    if (!is_language(language)) {
        std::string list;
        for (const char** known = sb_stemmer_list(); *known != nullptr; ++known) {
            if (is_language(*known)) base::cat_append(list, base::cat(" ", *known));
        }
        return Status::make_unsupported("stemmer: no language \"", language.substr(0, 64),
                                        "\"; known are", list);
    }
    std::shared_ptr<Stemmer> stemmer(new Stemmer(std::string(language)));
    sb_stemmer* first = stemmer->take();
    if (first == nullptr) return Status::make_nomem("stemmer: out of memory");
    stemmer->give_back(first);
    return std::shared_ptr<const Stemmer>(std::move(stemmer));
}

Stemmer::~Stemmer() {
    for (sb_stemmer* each : idle_) sb_stemmer_delete(each);
}

sb_stemmer* Stemmer::take() const {
    base::MutexLock lock(mutex_);
    while (idle_.empty()) {
        if (sb_stemmer* made = sb_stemmer_new(language_.c_str(), "UTF_8")) return made;
        if (!has_one_) return nullptr;
        // Out of memory: one that is in use will do.
        given_back_.wait(mutex_);
    }
    sb_stemmer* stemmer = idle_.back();
    idle_.pop_back();
    return stemmer;
}

void Stemmer::give_back(sb_stemmer* stemmer) const {
    const base::MutexLock lock(mutex_);
    has_one_ = true;
    idle_.push_back(stemmer);
    given_back_.notify_one();
}

void Stemmer::stem(std::string& word) const {
    // Nothing that a language has is longer; libstemmer counts in int.
    constexpr size_t kWordBytesMax = 1024;
    if (word.empty() || word.size() > kWordBytesMax) return;
    sb_stemmer* stemmer = take();
    if (GRAPE_NEVER(stemmer == nullptr)) return;
    const auto* bytes = reinterpret_cast<const sb_symbol*>(word.data());
    const sb_symbol* stem = sb_stemmer_stem(stemmer, bytes, static_cast<int>(word.size()));
    if (stem != nullptr) {
        word.assign(reinterpret_cast<const char*>(stem),
                    static_cast<size_t>(sb_stemmer_length(stemmer)));
    }
    give_back(stemmer);
}

}  // namespace grape::index
