"""What the C library of this machine finds in hosts files, in a mount namespace of its own.

Reads `[{text, names, addresses}]` as JSON from standard input. For each text: what every name is in each family, and
what every address is called; null for nothing. Started by getaddrinfo.test.ts under `unshare --mount`, as root.
"""
import ctypes, json, os, socket, subprocess, sys, tempfile

libc = ctypes.CDLL(None, use_errno=True)
MS_BIND = 0x1000


def look_up(name, family):
    try:
        found = socket.getaddrinfo(name, None, family, socket.SOCK_STREAM, 0, socket.AI_CANONNAME)
        return [found[0][3], sorted(one[4][0] for one in found)]
    except (socket.gaierror, UnicodeError):
        return None


def name_of(address):
    try:
        name, aliases, _ = socket.gethostbyaddr(address)
        return [name, aliases]
    except (socket.herror, socket.gaierror):
        return None


subprocess.run(['mount', '--make-rprivate', '/'], check=True)
results = []
with tempfile.TemporaryDirectory() as folder:
    for name, text in {'hosts': '', 'nsswitch.conf': 'hosts: files\n', 'host.conf': 'multi on\n'}.items():
        path = os.path.join(folder, name)
        with open(path, 'w') as file:
            file.write(text)
        if libc.mount(path.encode(), f'/etc/{name}'.encode(), None, MS_BIND, None) != 0:
            sys.exit(f'mount {name}: ' + os.strerror(ctypes.get_errno()))
    for case in json.load(sys.stdin):
        with open('/etc/hosts', 'w') as file:
            file.write(case['text'])
        results.append({
            'names': [[look_up(name, family) for family in (socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6)]
                      for name in case['names']],
            'addresses': [name_of(address) for address in case['addresses']],
        })
    for name in ('hosts', 'nsswitch.conf', 'host.conf'):
        libc.umount2(f'/etc/{name}'.encode(), 2)
json.dump(results, sys.stdout)
