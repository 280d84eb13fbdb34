import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { decode, encodeQuery } from './message.js';

const [name = 'www.example.com', type = 'A'] = process.argv.slice(2);
// 9.9.9.9 or 127.0.0.1:5300; the first one here is silent, so that we have to wait
const servers = process.env.SERVERS?.split(' ') ?? dns.getServers();
const PATIENCE = 1000;

/** One datagram there, one back, or nothing: UDP promises neither. */
function ask(server, query) {
  const [address, port = '53'] = server.split(':');
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${PATIENCE} ms`)),
      PATIENCE,
    );
    socket.on('message', (message, from) => {
      // anybody can send us a datagram: address, port and id tell who it was
      if (from.address !== address || from.port !== Number(port)) return;
      const answer = decode(message);
      if (!answer.isResponse || answer.id !== query.readUInt16BE(0)) return;
      clearTimeout(timer);
      resolve({ answer, bytes: message.length });
    });
    socket.on('error', reject);
    socket.send(query, Number(port), address);
  }).finally(() => socket.close());
}

for (const server of servers) {
  // a new id and a new port for every try: whoever forges an answer must guess both
  const query = encodeQuery(randomInt(0x10000), name, type);
  const begun = performance.now();
  console.log(`${name} ${type}? ${query.length} bytes to ${server}`);
  try {
    const { answer, bytes } = await ask(server, query);
    const ms = Math.round(performance.now() - begun);
    console.log(
      `${answer.rcode}, ${bytes} bytes after ${ms} ms, flags ${answer.flags.join(' ')}`,
    );
    for (const { name, ttl, type, data } of answer.answers)
      console.log(`  ${name}  ${ttl}  ${type}  ${data}`);
    break;
  } catch (error) {
    console.log(error.message);
  }
}
