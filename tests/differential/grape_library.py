"""libgrape.so through its C ABI alone: open, request in JSON, close."""

import ctypes
import json

OPEN_NO_BACKGROUND = 4
DURABILITY_NONE = 2
JSON_ENCODING = 1
E_UNSUPPORTED = -4
API_VERSION = 1  # 0.1, as major << 16 | minor


class Error(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("status", ctypes.c_int32),
                ("detail", ctypes.c_int32), ("message", ctypes.c_char * 244)]


class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("owner", ctypes.c_void_p)]


class OpenOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("api_version", ctypes.c_uint32),
                ("flags", ctypes.c_uint64), ("durability", ctypes.c_int32),
                ("group_delay_ms", ctypes.c_uint32), ("log", ctypes.c_void_p),
                ("log_ctx", ctypes.c_void_p), ("log_ctx_free", ctypes.c_void_p)]


class Refused(Exception):
    """A request that Grape answered with an error."""

    def __init__(self, status, message):
        super().__init__(f"status {status}: {message}")
        self.status = status
        self.message = message

    @property
    def unsupported(self):
        return self.status == E_UNSUPPORTED


class Grape:
    """One open database."""

    def __init__(self, library, path, background):
        self.lib = ctypes.CDLL(library) if isinstance(library, str) else library
        self.path = path
        self.background = background
        self.handle = ctypes.c_void_p()
        self.transaction = None  # the one that all requests stand in
        self.declare()
        self.open()

    def declare(self):
        out = ctypes.POINTER(ctypes.c_void_p)
        error = ctypes.POINTER(Error)
        self.lib.grape_open.argtypes = [ctypes.c_char_p, ctypes.POINTER(OpenOptions), out, error]
        self.lib.grape_close.argtypes = [ctypes.c_void_p, error]
        self.lib.grape_request.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p,
                                           ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t,
                                           ctypes.POINTER(Buffer), error]
        self.lib.grape_buffer_release.argtypes = [ctypes.POINTER(Buffer)]
        self.lib.grape_buffer_release.restype = None
        for name in ("grape_open", "grape_close", "grape_request"):
            getattr(self.lib, name).restype = ctypes.c_int32

    def open(self):
        options = OpenOptions(ctypes.sizeof(OpenOptions), API_VERSION,
                              0 if self.background else OPEN_NO_BACKGROUND, DURABILITY_NONE)
        error = Error(ctypes.sizeof(Error))
        self.check(self.lib.grape_open(self.path.encode(), options, self.handle, error), error)

    def close(self):
        self.transaction = None  # rolled back with the database
        if self.handle:
            error = Error(ctypes.sizeof(Error))
            status = self.lib.grape_close(self.handle, error)
            self.handle = ctypes.c_void_p()
            self.check(status, error)

    def reopen(self):
        self.close()
        self.open()

    def begin(self):
        self.transaction = self("begin_transaction")["transaction"]

    def commit(self):
        self("commit_transaction")
        self.transaction = None

    @staticmethod
    def check(status, error):
        if status < 0:
            raise Refused(status, error.message.decode("utf-8", "replace"))

    def __call__(self, operation, **body):
        """The `result` of a request in Qdrant's REST spelling."""
        request = {operation: body}
        if self.transaction is not None:
            request["transaction"] = self.transaction
        text = json.dumps(request, ensure_ascii=False, allow_nan=False).encode()
        error = Error(ctypes.sizeof(Error))
        reply = Buffer()
        status = self.lib.grape_request(self.handle, JSON_ENCODING, text, len(text), None, 0,
                                        reply, error)
        try:
            self.check(status, error)
            return json.loads(ctypes.string_at(reply.data, reply.size))["result"]
        finally:
            self.lib.grape_buffer_release(reply)
