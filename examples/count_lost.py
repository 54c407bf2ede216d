#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libholdfast from Python, through ctypes: how many frames of a stream are missing, and where?

Reads "POSITION FRAMES" per line, as a program may have logged its blocks, and prints each loss. Without
input of its own it takes a stream that loses 100 frames. (Python itself is nothing for an audio thread;
its tests and tools are what this is for.)

usage: count_lost.py [--rate HZ] < blocks.txt
"""
import ctypes
import sys


class Sized(ctypes.Structure):
    """A struct of the library: its first member is its size."""

    def __init__(self, **members):
        super().__init__(struct_size=ctypes.sizeof(self), **members)


class Options(Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("rate_hz", ctypes.c_uint32),
                ("position_source", ctypes.c_uint32), ("capacity", ctypes.c_uint32)]


class Block(Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("position", ctypes.c_int64), ("frames", ctypes.c_int64),
                ("due_ns", ctypes.c_int64), ("woke_ns", ctypes.c_int64), ("epoch", ctypes.c_uint32),
                ("flags", ctypes.c_uint32), ("planes", ctypes.c_void_p), ("channels", ctypes.c_uint32)]


class Loss(Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("position", ctypes.c_int64), ("missing_frames", ctypes.c_int64),
                ("error_frames", ctypes.c_int64), ("due_ns", ctypes.c_int64), ("woke_ns", ctypes.c_int64),
                ("epoch", ctypes.c_uint32), ("source", ctypes.c_uint32), ("is_exact", ctypes.c_int)]


def load():
    library = ctypes.CDLL("libholdfast.so.0")
    library.hf_error_text.restype = ctypes.c_char_p
    library.hf_version.restype = ctypes.c_char_p
    library.hf_gap_detector_create.argtypes = [ctypes.POINTER(Options), ctypes.POINTER(ctypes.c_void_p)]
    library.hf_gap_detector_place.argtypes = [ctypes.c_void_p, ctypes.POINTER(Block), ctypes.c_void_p]
    library.hf_gap_detector_next.argtypes = [ctypes.c_void_p, ctypes.POINTER(Loss)]
    library.hf_gap_detector_finish.argtypes = [ctypes.c_void_p]
    library.hf_gap_detector_destroy.argtypes = [ctypes.c_void_p]
    return library


def losses(library, rate_hz, blocks):
    """Yields each loss once it is final."""
    detector = ctypes.c_void_p()
    if library.hf_gap_detector_create(Options(rate_hz=rate_hz), ctypes.byref(detector)) != 0:
        sys.exit("count_lost: " + library.hf_error_text().decode())
    loss = Loss()
    for position, frames in blocks:
        if library.hf_gap_detector_place(detector, Block(position=position, frames=frames, woke_ns=1), None) != 0:
            sys.exit(f"count_lost: no block: {position} {frames}")
        while library.hf_gap_detector_next(detector, loss) == 1:
            yield loss
    library.hf_gap_detector_finish(detector)
    while library.hf_gap_detector_next(detector, loss) == 1:
        yield loss
    library.hf_gap_detector_destroy(detector)


def blocks_of(lines):
    return [tuple(map(int, line.split())) for line in lines if line.strip()]


def main():
    rate_hz = int(sys.argv[sys.argv.index("--rate") + 1]) if "--rate" in sys.argv else 48000
    blocks = blocks_of(sys.stdin) if not sys.stdin.isatty() else []
    blocks = blocks or [(64 * n + (100 if n >= 500 else 0), 64) for n in range(1000)]
    library = load()
    print("libholdfast", library.hf_version().decode())
    for loss in losses(library, rate_hz, blocks):
        print(f"lost {loss.missing_frames} frames at frame {loss.position}")


if __name__ == "__main__":
    main()
