// Ctrl-C and SIGTERM: the first one asks for an orderly end, the second ends the program.
//
// Threads: called by the main thread; the library's threads block all signals.
#pragma once

namespace grape::cli {

void catch_interrupts();
bool interrupted();
// Waits until there is something to read from a pipe or terminal. False: interrupted meanwhile.
bool wait_readable(int descriptor);

}  // namespace grape::cli
