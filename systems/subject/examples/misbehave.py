#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a subject process must not do: misbehave.py WAY.

The tests hold the harness against it.
"""
import os
import signal
import sys
import time

ROW = '[0,4096,1]'
LAYOUT = '"accepted":true,"srat":"","slit":"","hmat":"","warnings":[],"e820":'


def answer(way, name):
    return {
        "no-json": "rubbish",
        "bytes": "\udcff\udcfe",
        "other-name": '{"name":-1,"failed":"no"}',
        "no-answer": f'{{"name":{name}}}',
        "number-too-large": f'{{"name":{name},{LAYOUT}[[0,{2**64},1]]}}',
        "negative": f'{{"name":{name},{LAYOUT}[[-1,1,1]]}}',
        "type-too-large": f'{{"name":{name},{LAYOUT}[[0,1,{2**32}]]}}',
        "too-many-rows": f'{{"name":{name},{LAYOUT}[{",".join([ROW] * 600)}]}}',
        "odd-hex": f'{{"name":{name},{LAYOUT.replace(chr(34) * 2, "0a0", 1)}'
                   f'[{ROW}]}}',
        "deep": "[" * 200000,
        "unknown-kind": f'{{"name":{name},"failed":"no","kind":"odd"}}',
        "two-lines": f'{{"name":{name},"failed":"a"}}\n'
                     f'{{"name":{name},"failed":"b"}}',
    }[way]


def main():
    way = sys.argv[1]
    if way == "exit-at-once":
        sys.exit(3)
    name = 0
    for _ in sys.stdin:
        name += 1
        if way == "crash":
            print("about to crash", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGABRT)
        elif way == "exit":
            sys.exit(3)
        elif way == "half-a-line":
            print('{"accep', end="", flush=True)
            sys.exit(0)
        elif way == "close-output":
            os.close(1)
            time.sleep(1000)
        elif way == "close-output-and-exit":
            os.close(1)
            time.sleep(0.1)
            os._exit(3)
        elif way == "kill-itself":
            os.kill(os.getpid(), signal.SIGKILL)
        elif way == "hang":
            time.sleep(1000)
        elif way == "flood-stdout":
            while True:
                print("words without end" * 1000, end="", flush=True)
        elif way == "flood-stderr":
            while True:
                print("words without end" * 1000, file=sys.stderr, flush=True)
        line = answer(way, name)
        sys.stdout.buffer.write(line.encode(errors="surrogateescape") + b"\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
