"""The child processes of bench/engine, as run.py sees them.

Only the child whose turn it is runs: the others are stopped by a signal, so that what one engine
does in the background costs no other engine its time. It does cost its own.
"""

import json
import os
import shutil
import signal
import subprocess
import sys

import process

HERE = os.path.dirname(os.path.abspath(__file__))


class Engine:
    def __init__(self, name, folder, settings):
        self.name = name
        self.folder = folder
        self.database = os.path.join(folder, name + "-database")
        self.settings = json.dumps(settings)
        self.child = None
        self.start()
        self.facts = self.call("facts")
        self.call("create")

    def arguments(self, program):
        return [sys.executable, os.path.join(HERE, program), self.name, self.folder, self.database,
                self.settings]

    def start(self):
        self.child = subprocess.Popen(self.arguments("worker.py"), stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.pause()

    def pause(self):
        self.child.send_signal(signal.SIGSTOP)

    def call(self, method, **arguments):
        """One call, for which the child wakes up."""
        self.child.send_signal(signal.SIGCONT)
        self.child.stdin.write(json.dumps({"method": method, "arguments": arguments}) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}: the process ended in {method}, see above")
        self.pause()
        return json.loads(line)

    def open(self):
        self.start()
        return self.call("open")

    def close(self):
        spent = self.call("close")
        self.end()
        return spent

    def end(self):
        """Ends the child, whatever it is doing."""
        if self.child is not None:
            self.child.stdin.close()
            self.child.stdout.close()
            self.child.kill()
            self.child.wait()
            self.child = None

    def open_elsewhere(self):
        """What opener.py says, in a new process."""
        done = subprocess.run(self.arguments("opener.py"), stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def disk_bytes(self):
        return process.disk_bytes(self.database)

    def remove(self):
        self.end()
        shutil.rmtree(self.database, ignore_errors=True)
