// How far an import is: a bar on a terminal; in a log a line at each quarter of the way, and every
// ten seconds; where the length is not known (a pipe), after the first request too.
//
// Threads: one thread.
#pragma once

#include <cstdint>
#include <string>

namespace grape::cli {

class Progress {
  public:
    // `total` 0: not known. `shown`: false with --quiet and --json.
    Progress(uint64_t total, bool shown);
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // `done` points; `part` of the whole, 0 to 1, or below 0 when that is not known.
    void update(uint64_t done, double part);
    // Takes the bar away.
    void clear();
    double seconds() const;

  private:
    std::string words(uint64_t done, double part, double now) const;
    void draw(uint64_t done, double part, double now);
    void log(uint64_t done, double part, double now);

    uint64_t total_;
    bool shown_;
    bool terminal_;
    double started_;
    double last_shown_;
    int quarters_ = 0;
    bool logged_ = false;
    bool drawn_ = false;
};

}  // namespace grape::cli
