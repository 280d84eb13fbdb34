import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { frame, Unframer } from './frames.js';

const orders = ['masala chai', 'ginger chai', 'a samosa, and two spoons of sugar'];

/** Sends two orders at once, and the third in two halves; gives every piece that comes back. */
async function echo(encode, onPiece) {
  const socket = connect(
    Number(process.env.PORT ?? 7000),
    process.env.SERVER ?? 'localhost',
  );
  socket.on('data', onPiece);
  await once(socket, 'connect');
  const [first, second, third] = orders.map(encode);
  socket.write(Buffer.concat([first, second]));
  await sleep(100);
  socket.write(third.subarray(0, 10));
  await sleep(100);
  socket.write(third.subarray(10));
  await sleep(200);
  socket.end();
  await once(socket, 'close');
}

console.log('as if each piece were a message:');
await echo(
  (text) => Buffer.from(text),
  (piece) => console.log(`  ${JSON.stringify(piece.toString())}`),
);

console.log('with the length before each message:');
const unframer = new Unframer();
await echo(frame, (piece) => {
  const messages = [...unframer.take(piece)];
  console.log(
    `  a piece of ${piece.length} bytes: ${messages.length} messages are complete`,
  );
  for (const message of messages) console.log(`    ${JSON.stringify(message)}`);
});
