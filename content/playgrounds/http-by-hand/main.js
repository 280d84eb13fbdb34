'use strict';
const net = require('node:net');

const host = process.env.SERVER ?? 'localhost';
const port = Number(process.env.PORT ?? 8080);

/** Sends the text of a request, and gives everything that comes back until the server closes. */
function talk(lines, done) {
  const socket = net.connect(port, host);
  const pieces = [];
  socket.on('connect', () => {
    // lines end with CR LF, and an empty one ends the head (RFC 9112 §2.1)
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
  socket.on('data', (piece) => pieces.push(piece));
  socket.on('end', () => done(Buffer.concat(pieces).toString('latin1')));
  socket.on('error', (error) => console.error(error.message));
}

function show(title, sent, answer) {
  console.log(`-- ${title}`);
  for (const line of sent) console.log(`> ${line}`);
  const end = answer.indexOf('\r\n\r\n');
  for (const line of answer.slice(0, end).split('\r\n')) console.log(`< ${line}`);
  const body = answer.slice(end + 4);
  console.log(`< ${body.length} bytes of body: ${JSON.stringify(body)}\n`);
}

const requests = [
  [
    'an answer with its length',
    'GET /menu HTTP/1.1',
    `Host: ${host}`,
    'Connection: close',
  ],
  [
    'an answer in chunks',
    'GET /stream HTTP/1.1',
    `Host: ${host}`,
    'Connection: close',
  ],
  ['only the head', 'HEAD /menu HTTP/1.1', `Host: ${host}`, 'Connection: close'],
  ['without a Host', 'GET /menu HTTP/1.1', 'Connection: close'],
];

function next() {
  const request = requests.shift();
  if (!request) return;
  const [title, ...lines] = request;
  talk(lines, (answer) => {
    show(title, lines, answer);
    next();
  });
}
next();
