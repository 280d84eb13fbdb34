import { connect } from 'node:net';
import { isInternal } from './internal.js';

const host = process.env.SERVER ?? 'localhost';

function greet(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.setEncoding('utf8');
    socket.once('data', (text) => resolve(text.trim()));
    socket.once('error', (error) => resolve(error.code));
  });
}

console.log(`${process.env.NAME ?? 'here'} asks:`);
for (const port of [8001, 8002])
  console.log(`  ${host} port ${port}: ${await greet(host, port)}`);

if (process.env.NAME === 'far') {
  console.log('which of these would you let a webhook call?');
  const texts = [
    '203.0.113.9',
    '192.168.1.23',
    '100.64.7.7',
    '::ffff:10.0.0.1',
    'fe80::1',
    '2001:db8::1',
  ];
  for (const text of [...texts, '010.0.0.1', '127.1']) {
    try {
      console.log(`  ${text}: ${isInternal(text) ? 'internal' : 'public'}`);
    } catch (error) {
      console.log(`  ${error.message}`);
    }
  }
}
