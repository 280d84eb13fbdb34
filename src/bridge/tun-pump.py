"""Makes a TUN device and carries its packets over standard input and output, each after its length (16 bits).

Node cannot make the system call by which a device is made; this can. The first thing it writes is the device's name.
The device is gone when this ends, and this ends when its standard input does.
"""
import fcntl
import os
import select
import signal
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
ROOM = 65536
BATCH = 64


def write_all(out, data):
    while data:
        data = data[os.write(out, data):]


def pump(tun):
    waiting = b""
    poll = select.poll()
    poll.register(tun, select.POLLIN)
    poll.register(0, select.POLLIN | select.POLLHUP)
    while True:
        ready = dict(poll.poll())
        if tun in ready:
            out = bytearray()
            for _ in range(BATCH):
                try:
                    packet = os.read(tun, ROOM)
                except BlockingIOError:
                    break
                out += struct.pack("!H", len(packet)) + packet
            write_all(1, bytes(out))
        if 0 in ready:
            data = os.read(0, ROOM)
            if not data:
                return
            waiting += data
            at = 0
            while len(waiting) - at >= 2:
                (size,) = struct.unpack_from("!H", waiting, at)
                if len(waiting) - at - 2 < size:
                    break
                try:
                    os.write(tun, waiting[at + 2:at + 2 + size])
                except OSError:
                    pass  # the device is down, or its queue full: the packet is lost, as packets may be
                at += 2 + size
            waiting = waiting[at:]


def main():
    # Ctrl-C at a terminal is for the bridge, which then closes our input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        made = fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), IFF_TUN | IFF_NO_PI))
    except OSError as error:
        sys.exit(error.strerror)
    name = made[:16].rstrip(b"\0")
    write_all(1, struct.pack("!H", len(name)) + name)
    try:
        pump(tun)
    except BrokenPipeError:
        pass


main()
