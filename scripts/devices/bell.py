#!/usr/bin/env python3
"""A button that the kernel takes for a real one: pressed and let go for each line of standard input, unplugged at its end."""

import sys

from evdev import UInput, ecodes

with UInput({ecodes.EV_KEY: [ecodes.KEY_F1]}, name=sys.argv[1]) as bell:
    for _ in iter(sys.stdin.readline, ""):
        for value in (1, 0):
            bell.write(ecodes.EV_KEY, ecodes.KEY_F1, value)
            bell.syn()
