"""Runs getaddrinfo of this machine's C library against small name servers, in a network and mount namespace of its own.

Reads cases as JSON from standard input, prints for each the questions that reached its servers and what came of it.
Started by getaddrinfo.ts under `unshare --net --mount`, as root.
"""
import ctypes, json, os, selectors, socket, struct, subprocess, sys, tempfile, threading, time

TYPES = {1: 'A', 5: 'CNAME', 28: 'AAAA'}
CODES = {'A': 1, 'CNAME': 5, 'AAAA': 28}
libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, MS_BIND = 0x20000, 4096


def encode_name(name):
    labels = [part for part in name.rstrip('.').split('.') if part]
    return b''.join(bytes([len(part)]) + part.encode() for part in labels) + b'\0'


def read_name(data, at):
    labels = []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    return '.'.join(labels) + '.', at + 1


def record(name, kind, data):
    packed = encode_name(data) if kind == 'CNAME' else socket.inet_pton(
        socket.AF_INET if kind == 'A' else socket.AF_INET6, data)
    return encode_name(name) + struct.pack('!HHIH', CODES[kind], 1, 300, len(packed)) + packed


def respond(case, server, query, tcp):
    """The response of one server to one question, or None for silence."""
    name, end = read_name(query, 12)
    kind = TYPES.get(struct.unpack('!H', query[end:end + 2])[0], '?')
    case['log'].append(f"{server} {name.lower()} {kind}" + (' tcp' if tcp else ''))
    how = case['names'].get(name.lower(), case['servers'][server])
    if how.endswith('-aaaa'):
        how = how[:-5] if kind == 'AAAA' else 'good'
    rcode = {'servfail': 2, 'refuses': 5, 'notimp': 4, 'formerr': 1}.get(how, 0)
    if how == 'silent':
        return None
    tc = how == 'truncates' and not tcp
    answers, exists, owner = [], False, name.lower()
    if how in ('good', 'truncates'):
        for _ in range(4):
            mine = [line.split(' ') for line in case['zone'] if line.split(' ')[0] == owner]
            exists = exists or bool(mine)
            answers += [record(*line) for line in mine if line[1] == kind]
            alias = [line for line in mine if line[1] == 'CNAME']
            if not alias or kind == 'CNAME':
                break
            answers.append(record(*alias[0]))
            owner = alias[0][2]
        if not exists:
            rcode = 3
    ra = 0 if how == 'lame' else 0x80
    if tc:
        answers = []
    header = query[:2] + bytes([0x81 | (2 if tc else 0), ra | rcode]) + struct.pack('!HHHH', 1, len(answers), 0, 0)
    return header + query[12:end + 4] + b''.join(answers)


def serve(cases):
    """Opens the servers' sockets, and answers in a thread."""
    selector = selectors.DefaultSelector()
    for case in cases:
        for i, how in enumerate(case['servers']):
            if how == 'closed':
                continue
            address = case['addresses'][i]
            family = socket.AF_INET6 if ':' in address else socket.AF_INET
            udp = socket.socket(family, socket.SOCK_DGRAM)
            udp.bind((address, 53))
            selector.register(udp, selectors.EVENT_READ, (case, i, 'udp'))
            tcp = socket.socket(family, socket.SOCK_STREAM)
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((address, 53))
            tcp.listen(16)
            selector.register(tcp, selectors.EVENT_READ, (case, i, 'listen'))

    def loop():
        buffers = {}
        while True:
            for key, _ in selector.select():
                case, i, what = key.data
                sock = key.fileobj
                if what == 'udp':
                    query, sender = sock.recvfrom(4096)
                    response = respond(case, i, query, False)
                    if response:
                        sock.sendto(response, sender)
                elif what == 'listen':
                    connection, _ = sock.accept()
                    buffers[connection] = b''
                    selector.register(connection, selectors.EVENT_READ, (case, i, 'tcp'))
                else:
                    try:
                        chunk = sock.recv(4096)
                    except OSError:
                        chunk = b''
                    if not chunk:
                        selector.unregister(sock)
                        sock.close()
                        continue
                    data = buffers[sock] + chunk
                    while len(data) >= 2 and len(data) >= 2 + struct.unpack('!H', data[:2])[0]:
                        size = struct.unpack('!H', data[:2])[0]
                        response = respond(case, i, data[2:2 + size], True)
                        if response:
                            sock.sendall(struct.pack('!H', len(response)) + response)
                        data = data[2 + size:]
                    buffers[sock] = data

    threading.Thread(target=loop, daemon=True).start()


def ask(case, folder):
    """In a process of its own, with files of its own: what getaddrinfo says."""
    if libc.unshare(CLONE_NEWNS) != 0:
        return {'problem': 'unshare: ' + os.strerror(ctypes.get_errno())}
    files = {'resolv.conf': case['resolvConf'], 'hosts': case['hosts'], 'nsswitch.conf': 'hosts: files dns\n',
             'host.conf': 'multi on\n'}
    for name, text in files.items():
        path = os.path.join(folder, name)
        with open(path, 'w') as file:
            file.write(text)
        if libc.mount(path.encode(), f'/etc/{name}'.encode(), None, MS_BIND, None) != 0:
            return {'problem': f'mount {name}: ' + os.strerror(ctypes.get_errno())}
    family = {0: socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}[case['family']]
    try:
        found = socket.getaddrinfo(case['name'], None, family, socket.SOCK_STREAM, 0,
                                   socket.AI_CANONNAME | socket.AI_ADDRCONFIG)
        return {'addresses': [one[4][0] for one in found], 'canonicalName': found[0][3]}
    except socket.gaierror as error:
        return {'error': error.errno}
    except UnicodeError:
        return {'problem': 'Python itself refuses the name'}


def start(case, root, i):
    folder = os.path.join(root, str(i))
    os.mkdir(folder)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, json.dumps(ask(case, folder)).encode())
        os._exit(0)
    os.close(writer)
    return pid, reader


def main():
    cases = json.load(sys.stdin)
    commands = ['ip link set lo up', 'mount --make-rprivate /',
                'ip link add out0 type veth peer name out1', 'ip address add 192.0.2.10/24 dev out0',
                'ip -6 address add 2001:db8::10/64 dev out0 nodad', 'ip link set out0 up', 'ip link set out1 up',
                'ip route add default dev out0', 'ip -6 route add default dev out0']
    for case in cases:
        commands += [f'ip -6 address add {address} dev lo nodad' for address in case['addresses'] if ':' in address]
    for command in commands:
        subprocess.run(command.split(' '), check=True)
    for case in cases:
        case['log'] = []
    serve(cases)
    results = []
    with tempfile.TemporaryDirectory() as root:
        for first in range(0, len(cases), 12):
            running = [start(case, root, first + i) for i, case in enumerate(cases[first:first + 12])]
            for pid, reader in running:
                with os.fdopen(reader) as pipe:
                    results.append(json.loads(pipe.read()))
                os.waitpid(pid, 0)
        time.sleep(0.05)
    json.dump([{**result, 'log': case['log']} for case, result in zip(cases, results)], sys.stdout)


main()
