/** RFC 9460 appendix D: the data of SVCB and HTTPS records as text, and the same as bytes. */

/** D.1 and D.2: figure, text, bytes. */
export const good: readonly (readonly [figure: string, text: string, hex: string])[] = [
  ['2', '0 foo.example.com.', '0000 03666f6f076578616d706c6503636f6d00'],
  ['3', '1 .', '0001 00'],
  ['4', '16 foo.example.com. port=53', '0010 03666f6f076578616d706c6503636f6d00 0003 0002 0035'],
  ['5', '1 foo.example.com. key667=hello', '0001 03666f6f076578616d706c6503636f6d00 029b 0005 68656c6c6f'],
  [
    '6',
    '1 foo.example.com. key667="hello\\210qoo"',
    '0001 03666f6f076578616d706c6503636f6d00 029b 0009 68656c6c6fd2716f6f',
  ],
  [
    '7',
    '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    '0001 03666f6f076578616d706c6503636f6d00 0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001',
  ],
  [
    '8',
    '1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
    '0001 076578616d706c6503636f6d00 0006 0010 20010db8012203440000 0000c0000221',
  ],
  [
    '9',
    '16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1',
    '0010 03666f6f076578616d706c65036f726700 0000 0004 0001 0004 0001 0009 026832 0568332d3139 0004 0004 c0000201',
  ],
  [
    '10, quoted',
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    '0010 03666f6f076578616d706c65036f726700 0001 000c 08665c6f6f2c626172 026832',
  ],
  [
    '10, unquoted',
    '16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2',
    '0010 03666f6f076578616d706c65036f726700 0001 000c 08665c6f6f2c626172 026832',
  ],
];

/** D.3: figure, text. */
export const bad: readonly (readonly [figure: string, text: string])[] = [
  ['11', '1 foo.example.com. key123=abc key123=def'],
  ['12', '1 foo.example.com. mandatory'],
  ['12', '1 foo.example.com. alpn'],
  ['12', '1 foo.example.com. port'],
  ['12', '1 foo.example.com. ipv4hint'],
  ['12', '1 foo.example.com. ipv6hint'],
  ['13', '1 foo.example.com. no-default-alpn=abc'],
  ['14', '1 foo.example.com. mandatory=key123'],
  ['15', '1 foo.example.com. mandatory=mandatory'],
  ['16', '1 foo.example.com. mandatory=key123,key123 key123=abc'],
];
