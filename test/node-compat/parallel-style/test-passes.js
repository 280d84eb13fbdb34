// A server and a client; each listener must be called as often as it says.
const common = require('../common');
const assert = require('node:assert');
const net = require('node:net');

const server = net.createServer(common.mustCall((socket) => socket.end('hello')));
server.listen(
  0,
  common.mustCall(() => {
    const client = net.connect(server.address().port);
    client.setEncoding('utf8');
    client.on(
      'data',
      common.mustCall((text) => assert.strictEqual(text, 'hello')),
    );
    client.on(
      'end',
      common.mustCall(() => server.close(common.mustSucceed())),
    );
  }),
);
