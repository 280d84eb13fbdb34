/**
 * Names to look up, and the servers and files that they meet: asked of the C library and of our stub alike.
 */

/** What a server does: it knows the zone, or it has a fault. `…-aaaa` has it for AAAA alone. */
export type Behaviour =
  | 'good'
  | 'silent'
  | 'closed'
  | 'servfail'
  | 'refuses'
  | 'notimp'
  | 'formerr'
  | 'lame'
  | 'truncates'
  | 'silent-aaaa'
  | 'servfail-aaaa'
  | 'refuses-aaaa'
  | 'lame-aaaa';

export interface LookupCase {
  readonly about: string;
  readonly name: string;
  /** 0 for both. */
  readonly family: 0 | 4 | 6;
  readonly servers: readonly Behaviour[];
  /** The servers have IPv6 addresses. */
  readonly six: boolean;
  /** Names for which every server does something else. */
  readonly names: Readonly<Record<string, Behaviour>>;
  /** Lines of resolv.conf beside the servers. */
  readonly conf: string;
  readonly hosts: string;
}

/** `name TYPE data`; every case has the same. */
export const ZONE: readonly string[] = [
  'shop.example. A 192.0.2.80',
  'shop.example. AAAA 2001:db8::80',
  'four.example. A 192.0.2.4',
  'six.example. AAAA 2001:db8::6',
  'alias.example. CNAME shop.example.',
  'chain.example. CNAME alias.example.',
  'dangling.example. CNAME nothing.example.',
  'deep.shop.example. A 192.0.2.9',
  'deep.shop.example. AAAA 2001:db8::9',
  'pay.one.example. A 192.0.2.21',
  'pay.two.example. A 192.0.2.22',
  'pay.two.example. AAAA 2001:db8::22',
  'empty.two.example. CNAME nodata.example.',
  'nodata.example. CNAME four.example.',
  'tld. A 192.0.2.77',
];

const LOCAL = '127.0.0.1 localhost\n::1 localhost ip6-localhost\n';
const HOSTS = `${LOCAL}192.0.2.99 shop.example shop # ours\n2001:db8::99 both\n192.0.2.98 both alias\nbroken line\n192.0.2.97 four\n`;
const TWO = 'search one.example two.example\n';

function lookup(
  about: string,
  name: string,
  more: Partial<Omit<LookupCase, 'about' | 'name'>> = {},
): LookupCase {
  return {
    about,
    name,
    family: 0,
    servers: ['good'],
    six: false,
    names: {},
    conf: '',
    hosts: LOCAL,
    ...more,
  };
}

const families: readonly LookupCase[] = [
  lookup('both families', 'shop.example'),
  lookup('IPv4 only wanted', 'shop.example', { family: 4 }),
  lookup('IPv6 only wanted', 'shop.example', { family: 6 }),
  lookup('a name with IPv4 alone', 'four.example'),
  lookup('a name with IPv6 alone', 'six.example'),
  lookup('IPv6 wanted of a name with IPv4 alone', 'four.example', { family: 6 }),
  lookup('an alias', 'alias.example'),
  lookup('a chain of aliases', 'chain.example'),
  lookup('an alias that leads nowhere', 'dangling.example'),
  lookup('no such name', 'nobody.example'),
  lookup('a dot at the end', 'shop.example.'),
  lookup('upper case', 'SHOP.Example'),
  lookup('single-request', 'shop.example', { conf: 'options single-request\n' }),
  lookup('single-request-reopen', 'shop.example', { conf: 'options single-request-reopen\n' }),
];

const searches: readonly LookupCase[] = [
  lookup('a short name without a list', 'tld'),
  lookup('a short name that no list helps', 'nobody', { conf: TWO }),
  lookup('the first domain has it', 'pay', { conf: TWO }),
  lookup('the second has it', 'pay', { conf: 'search none.example two.example\n' }),
  lookup('a short name that exists as it is', 'tld', { conf: TWO }),
  lookup('with a dot, as it is first', 'shop.example', { conf: TWO }),
  lookup('with a dot, then the list', 'deep.shop', { conf: 'search one.example example\n' }),
  lookup('with a dot, nowhere', 'no.body', { conf: TWO }),
  lookup('ndots:0', 'pay', { conf: `${TWO}options ndots:0\n` }),
  lookup('ndots:0 and the name exists', 'tld', { conf: `${TWO}options ndots:0\n` }),
  lookup('ndots:2 sends one dot through the list', 'deep.shop', {
    conf: 'search example\noptions ndots:2\n',
  }),
  lookup('ndots:2, at the end as it is', 'shop.example', { conf: `${TWO}options ndots:2\n` }),
  lookup('ndots:2, two dots are enough', 'deep.shop.example', { conf: `${TWO}options ndots:2\n` }),
  lookup('ndots:3 and a dot at the end', 'shop.example.', { conf: `${TWO}options ndots:3\n` }),
  lookup('domain instead of search', 'pay', { conf: 'domain two.example\n' }),
  lookup('the last line counts', 'pay', { conf: 'search one.example\nsearch two.example\n' }),
  lookup('the root on the list', 'tld', { conf: 'search one.example . two.example\n' }),
  lookup('no-tld-query', 'nobody', { conf: `${TWO}options no-tld-query\n` }),
  lookup('no-tld-query with a dot', 'no.body', { conf: `${TWO}options no-tld-query\n` }),
  lookup('one family leads on, the list does not', 'pay', { conf: TWO, family: 6 }),
  lookup('an alias ends the search, even without addresses of the family', 'empty', {
    conf: 'search two.example example\n',
    family: 6,
  }),
];

const others: readonly LookupCase[] = [
  lookup('servers with IPv6 addresses', 'shop.example', { servers: ['closed', 'silent', 'good'], six: true }),
  lookup('truncated, from an IPv6 address', 'shop.example', { servers: ['truncates'], six: true }),
  lookup('edns0', 'shop.example', { conf: 'options edns0\n' }),
  lookup('what glibc passes over in silence', 'pay', {
    conf: `${TWO}options trust-ad no-reload debug\n; end\n`,
  }),
];

const faults: readonly LookupCase[] = [
  lookup('the first is silent', 'shop.example', { servers: ['silent', 'good'] }),
  lookup('all are silent', 'shop.example', { servers: ['silent', 'silent'] }),
  lookup('all are silent, twice', 'four.example', {
    servers: ['silent'],
    conf: 'options attempts:2\n',
    family: 4,
  }),
  lookup('nobody listens at the first', 'shop.example', { servers: ['closed', 'good'] }),
  lookup('nobody listens anywhere', 'shop.example', { servers: ['closed', 'closed'], conf: TWO }),
  lookup('the first fails', 'shop.example', { servers: ['servfail', 'good'] }),
  lookup('all fail', 'shop.example', { servers: ['servfail', 'servfail'] }),
  lookup('the first refuses', 'shop.example', { servers: ['refuses', 'good'] }),
  lookup('all refuse', 'shop.example', { servers: ['refuses', 'refuses'] }),
  lookup('the first does not know how', 'shop.example', { servers: ['notimp', 'good'] }),
  lookup('FORMERR is an answer', 'shop.example', { servers: ['formerr', 'good'] }),
  lookup('the first refers elsewhere', 'shop.example', { servers: ['lame', 'good'] }),
  lookup('a name does not exist, the second is not asked', 'nobody.example', { servers: ['good', 'good'] }),
  lookup('three servers, two silent', 'four.example', { servers: ['silent', 'closed', 'good'], family: 4 }),
  lookup('AAAA fails', 'shop.example', { servers: ['servfail-aaaa', 'good'] }),
  lookup('AAAA fails, IPv4 alone exists', 'four.example', { servers: ['servfail-aaaa'] }),
  lookup('AAAA fails where A has nothing', 'six.example', { servers: ['servfail-aaaa'] }),
  lookup('AAAA is refused', 'shop.example', { servers: ['refuses-aaaa', 'good'] }),
  lookup('AAAA is met with silence', 'shop.example', { servers: ['silent-aaaa'] }),
  lookup('AAAA alone is met with silence', 'shop.example', { servers: ['silent-aaaa', 'good'], family: 6 }),
  lookup('what is truncated goes over TCP', 'shop.example', { servers: ['truncates'] }),
  lookup('truncated, one family', 'shop.example', { servers: ['truncates'], family: 4 }),
  lookup('TCP only', 'shop.example', { conf: 'options use-vc\n' }),
  lookup('TCP only, the first is closed', 'shop.example', {
    servers: ['closed', 'good'],
    conf: 'options use-vc\n',
  }),
  lookup('over TCP a failure is an answer', 'shop.example', {
    servers: ['servfail', 'good'],
    conf: 'options use-vc\n',
  }),
  lookup('SERVFAIL leads on in the list', 'pay', { conf: TWO, names: { 'pay.one.example.': 'servfail' } }),
  lookup('SERVFAIL on all of the list', 'pay', {
    conf: TWO,
    names: { 'pay.one.example.': 'servfail', 'pay.two.example.': 'servfail' },
  }),
  lookup('SERVFAIL for the name as it is leads on', 'deep.shop', {
    conf: 'search example\n',
    names: { 'deep.shop.': 'servfail' },
  }),
  lookup('SERVFAIL for the name as it is, and nothing after', 'no.body', {
    conf: TWO,
    names: { 'no.body.': 'servfail' },
  }),
  lookup('REFUSED ends the list', 'pay', { conf: TWO, names: { 'pay.one.example.': 'refuses' } }),
  lookup('silence ends the list', 'pay', { conf: TWO, names: { 'pay.one.example.': 'silent' } }),
  lookup('silence for the name as it is does not', 'deep.shop', {
    conf: 'search example\n',
    names: { 'deep.shop.': 'silent' },
    family: 4,
  }),
  lookup('no data on the list counts more than no name', 'pay', { conf: 'search one.example\n', family: 6 }),
  lookup('SERVFAIL counts less than no data', 'pay', {
    conf: 'search zero.example one.example\n',
    names: { 'pay.zero.example.': 'servfail' },
    family: 6,
  }),
];

const homes: readonly LookupCase[] = [
  lookup('localhost', 'localhost'),
  lookup('localhost, IPv4', 'localhost', { family: 4 }),
  lookup('localhost, IPv6', 'localhost', { family: 6 }),
  lookup('localhost by the line of ::1 alone', 'ip6-localhost', { family: 4 }),
  lookup('localhost without a hosts file', 'localhost', { hosts: '' }),
  lookup('below localhost', 'app.localhost', { hosts: '' }),
  lookup('the hosts file has one family: the other is not asked for', 'shop.example', { hosts: HOSTS }),
  lookup('an alias in the hosts file', 'shop', { hosts: HOSTS, conf: TWO }),
  lookup('several lines', 'both', { hosts: HOSTS }),
  lookup('several lines, one family', 'both', { hosts: HOSTS, family: 6 }),
  lookup('a name of the wrong family is asked for', 'shop.example', { hosts: HOSTS, family: 6 }),
  lookup('a dot at the end goes past the hosts file', 'shop.example.', { hosts: HOSTS }),
  lookup('upper case in the hosts file', 'SHOP', { hosts: HOSTS }),
  lookup('after a broken line', 'four', { hosts: HOSTS }),
  lookup('the hosts file before the list', 'four', { hosts: HOSTS, conf: 'search example\n' }),
];

export const CASES: readonly LookupCase[] = [...families, ...searches, ...others, ...faults, ...homes];

/** Where we differ, and why. */
export const BY_DESIGN: Readonly<Record<string, string>> = {
  'localhost without a hosts file':
    'RFC 6761 §6.3: localhost is never asked for; glibc leaves it to other modules',
  'below localhost': 'RFC 6761 §6.3: names below localhost, too',
};
