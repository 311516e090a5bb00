"""A terminal for a program under test, and all that the program wrote to it."""

import fcntl
import os
import pty
import struct
import termios


def open_terminal(columns):
    """(master, slave): a terminal of 40 lines."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    return master, slave


def read_terminal(master):
    """Everything until the last program that has the terminal ends; closes `master`."""
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(master)
    return shown.decode()
