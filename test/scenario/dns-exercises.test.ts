/** What a reader is told to type in the chapter about names, at the prompts of the world of `lookup`. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/engine/base/units.ts';
import { Session } from '../../src/engine/export/session.ts';

/** What is printed for each line, typed one after the other, half a minute apart, after the page has come. */
function typed(lines: readonly string[], set: Readonly<Record<string, string>> = {}): string[] {
  const inputs = lines.map((line, i) => ({
    time: (10 + 30 * i) * SECOND,
    what: 'type',
    detail: { machine: 'laptop', line },
  }));
  const session = Session.start({ scenario: 'lookup', set, seed: 1, inputs }).finish();
  const printed: string[] = [];
  for (const { kind, text } of session.view().consoles.flatMap((console) => console.lines)) {
    if (kind === 'typed') printed.push('');
    else if (kind !== 'exit') printed[printed.length - 1] += text;
  }
  expect(printed).toHaveLength(lines.length);
  return printed;
}

/** The lines of an answer that are records: name, TTL, type and data. */
const records = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => line.split(/\s+/).join(' '));

const ttl = (text: string): number => Number(records(text)[0]?.split(' ')[1]);

describe('dig', () => {
  it('walks from the root to the owner, each server naming the next', () => {
    const [walk] = typed(['dig +trace chaicart.example']);
    const servers = [...walk!.matchAll(/^;; Received \d+ bytes from (\S+?)#53\((\S+)\) in \d+ ms$/gm)];
    expect(servers.map(([, address]) => address).slice(0, 3)).toEqual([
      '192.168.1.1',
      '198.51.100.4',
      '198.51.100.20',
    ]);
    expect(['192.0.2.53', '198.51.100.53']).toContain(servers[3]![1]);
    expect(servers.slice(1, 3).map(([, , name]) => name)).toEqual(['a.root.example', 'a.nic.example']);
    expect(servers).toHaveLength(4);
    // what each of them gave is what the next one is asked with
    expect(records(walk!).map((record) => record.split(' ').filter((_, i) => i !== 1))).toEqual([
      ['.', 'IN', 'NS', 'a.root.example.'],
      ['example.', 'IN', 'NS', 'a.nic.example.'],
      ['chaicart.example.', 'IN', 'NS', 'ns1.chaicart.example.'],
      ['chaicart.example.', 'IN', 'NS', 'ns2.chaicart.example.'],
      ['chaicart.example.', 'IN', 'A', '192.0.2.80'],
    ]);
  });

  it('shows a TTL that runs on between two questions', () => {
    const [one, two] = typed(['dig chaicart.example', 'dig chaicart.example']);
    for (const text of [one!, two!]) {
      expect(text).toContain('status: NOERROR');
      expect(text).toMatch(/flags: qr rd ra;/); // no AA: from memory
      expect(text).toContain(';; SERVER: 192.168.1.1#53');
    }
    // asked for when the run began, and half a minute between the two
    expect(ttl(one!)).toBeLessThanOrEqual(300 - 9);
    expect(ttl(one!) - ttl(two!)).toBe(30);
  });

  it('is referred by the server of .example, and answered with authority by the owner', () => {
    const [referral, owner] = typed([
      'dig @198.51.100.20 chaicart.example',
      'dig @192.0.2.53 chaicart.example',
    ]);
    expect(referral).toContain('ANSWER: 0, AUTHORITY: 2, ADDITIONAL: 3');
    expect(referral).not.toMatch(/flags:[^;]* aa/);
    expect(records(referral!)).toEqual([
      'chaicart.example. 172800 IN NS ns1.chaicart.example.',
      'chaicart.example. 172800 IN NS ns2.chaicart.example.',
      'ns1.chaicart.example. 172800 IN A 192.0.2.53',
      'ns2.chaicart.example. 172800 IN A 198.51.100.53',
    ]);
    expect(owner).toMatch(/flags: qr aa rd;/);
    expect(records(owner!)).toEqual(['chaicart.example. 300 IN A 192.0.2.80']);
  });

  it('tells “no such name” from “no such record”', () => {
    const [mistyped, none, mail] = typed([
      'dig chiacart.example',
      'dig orders.chaicart.example',
      'dig +short MX chaicart.example',
    ]);
    expect(mistyped).toContain('status: NXDOMAIN');
    expect(records(mistyped!)[0]).toMatch(/^example\. \d+ IN SOA /);
    expect(none).toContain('status: NOERROR');
    expect(none).toContain('ANSWER: 0');
    expect(records(none!)[0]).toMatch(/^chaicart\.example\. \d+ IN SOA /);
    expect(mail).toBe('10 mail.chaicart.example.\n');
  });
});

describe('the other programs', () => {
  it('say the same, each in its way', () => {
    const [host, nslookup, getent, conf] = typed([
      'host chaicart.example',
      'nslookup chaicart.example',
      'getent ahosts chaicart.example',
      'cat /etc/resolv.conf',
    ]);
    expect(host).toContain('chaicart.example has address 192.0.2.80\n');
    expect(nslookup).toMatch(/Non-authoritative answer:\nName:\tchaicart\.example\nAddress: 192\.0\.2\.80\n/);
    expect(getent).toMatch(/^192\.0\.2\.80\s+STREAM chaicart\.example$/m);
    expect(conf).toBe('nameserver 192.168.1.1\n');
  });

  it('do not all read the hosts file: the C library does, and dig does not', () => {
    const set = { known: 'hosts' };
    const [file, getent, dig] = typed(
      ['cat /etc/hosts', 'getent ahosts chaicart.example', 'dig +short chaicart.example'],
      set,
    );
    expect(file).toMatch(/^192\.0\.2\.80\tchaicart\.example$/m);
    expect(getent).toContain('192.0.2.80');
    expect(dig).toBe('192.0.2.80\n');
    // a name that only the file has is one to getent alone
    const wrong = typed(
      [
        'echo "192.0.2.99 chiacart.example" | sudo tee -a /etc/hosts',
        'getent ahosts chiacart.example',
        'dig +short chiacart.example',
      ],
      set,
    );
    expect(wrong[1]).toContain('192.0.2.99');
    expect(wrong[2]).toBe('');
  });
});
