"""In which order the C library of this machine would try addresses, in a network and mount namespace of its own.

Reads `{own: [cidr], sets: [[address]]}` as JSON from standard input, prints each set as getaddrinfo sorts it. The names
come from a hosts file, the policy table is that of RFC 6724 §2.1. Started by address-order.test.ts, as root.
"""
import ctypes, json, os, socket, subprocess, sys, tempfile

libc = ctypes.CDLL(None, use_errno=True)
MS_BIND = 0x1000
POLICY = [('::1/128', 50, 0), ('::/0', 40, 1), ('::ffff:0:0/96', 35, 4), ('2002::/16', 30, 2), ('2001::/32', 5, 5),
          ('fc00::/7', 3, 13), ('::/96', 1, 3), ('fec0::/10', 1, 11), ('3ffe::/16', 1, 12)]
GAI = ''.join(f'precedence {prefix} {precedence}\nlabel {prefix} {label}\n' for prefix, precedence, label in POLICY)

asked = json.load(sys.stdin)
commands = ['mount --make-rprivate /', 'ip link set lo up', 'ip link add out0 type veth peer name out1']
for cidr in asked['own']:
    commands.append(f'ip -6 address add {cidr} dev out0 nodad' if ':' in cidr else f'ip address add {cidr} dev out0')
commands += ['ip link set out0 up', 'ip link set out1 up', 'ip route add default dev out0',
             'ip -6 route add default dev out0']
for command in commands:
    subprocess.run(command.split(' '), check=True)
results = []
with tempfile.TemporaryDirectory() as folder:
    files = {'hosts': '', 'nsswitch.conf': 'hosts: files\n', 'host.conf': 'multi on\n', 'gai.conf': GAI}
    for name, text in files.items():
        path = os.path.join(folder, name)
        with open(path, 'w') as file:
            file.write(text)
        if libc.mount(path.encode(), f'/etc/{name}'.encode(), None, MS_BIND, None) != 0:
            sys.exit(f'mount {name}: ' + os.strerror(ctypes.get_errno()))
    for addresses in asked['sets']:
        with open('/etc/hosts', 'w') as file:
            file.write(''.join(f'{address} many\n' for address in addresses))
        found = socket.getaddrinfo('many', None, socket.AF_UNSPEC, socket.SOCK_STREAM)
        results.append([one[4][0] for one in found])
    for name in files:
        libc.umount2(f'/etc/{name}'.encode(), 2)
json.dump(results, sys.stdout)
