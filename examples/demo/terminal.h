// Writes for two readers: a person at a terminal (colour, a progress bar, lines cut to the width)
// and a log (plain text, a few lines of progress). Colour follows NO_COLOR and TERM=dumb.
#ifndef GRAPE_DEMO_TERMINAL_H
#define GRAPE_DEMO_TERMINAL_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace demo {

class Terminal {
  public:
    Terminal();

    std::size_t width() const { return width_; }

    void heading(std::string_view text);
    void line(std::string_view text = {});
    // Indented, broken between words where it is too long for a line.
    void wrapped(std::string_view text);
    // `left` with `right` at the right edge.
    void edges(std::string_view left, std::string_view right, std::string_view style = {});
    // A name and what it is, in two columns.
    void fact(std::string_view name, std::string_view value, std::string_view remark = {});

    // `text` in a style: one of the constants below.
    std::string styled(std::string_view style, std::string_view text) const;

    // How far a long step is. At a terminal a bar that is drawn again and again; in a log a line
    // for each third.
    void progress(std::size_t done, std::size_t total, double seconds);

    static constexpr std::string_view kStrong = "1";
    static constexpr std::string_view kDim = "2";
    static constexpr std::string_view kRed = "31";
    static constexpr std::string_view kGreen = "32";
    static constexpr std::string_view kPurple = "1;35";

  private:
    void draw_bar(std::size_t done, std::size_t total, const std::string& rate);

    bool live_ = false;
    bool colour_ = false;
    bool unicode_ = false;
    std::size_t width_ = 96;
    bool last_empty_ = false;
    std::size_t thirds_told_ = 0;
};

// 15017 as "15,017".
std::string grouped(std::uint64_t number);

// A number with so many digits behind the point.
std::string fixed(double number, int digits);

// A time in the unit that suits it: "812 us", "3.20 ms", "1.75 s".
std::string duration(double seconds);

// At most `width` columns of `text`; what is cut off shows as "...".
std::string fitted(std::string_view text, std::size_t width);

// fitted(), filled up with blanks.
std::string padded(std::string_view text, std::size_t width);

}  // namespace demo

#endif
