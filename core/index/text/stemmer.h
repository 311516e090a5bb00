// Word stems by Snowball's algorithms; the door to libstemmer. Threads: a Stemmer may be used by
// many at once: each call borrows one of libstemmer's objects, which have working memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/result.h"

struct sb_stemmer;

namespace grape::index {

class Stemmer {
  public:
    // Code::unsupported for a language that libstemmer does not have, with its name.
    static base::Result<std::shared_ptr<const Stemmer>> make(std::string_view language);
    ~Stemmer();
    Stemmer(const Stemmer&) = delete;
    Stemmer& operator=(const Stemmer&) = delete;

    // Replaces a word (lower case, UTF-8) by its stem.
    void stem(std::string& word) const;

  private:
    explicit Stemmer(std::string language) : language_(std::move(language)) {}
    sb_stemmer* take() const;
    void give_back(sb_stemmer* stemmer) const;

    const std::string language_;
    mutable base::Mutex mutex_;
    mutable base::Condition given_back_;
    mutable bool has_one_ GRAPE_GUARDED_BY(mutex_) = false;
    mutable std::vector<sb_stemmer*> idle_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::index
