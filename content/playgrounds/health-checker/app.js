import { createServer } from 'node:http';

// Which checks go wrong, and how: `3-5:slow`, `2-3:sick`.
const [, first, last, how] =
  /^(\d+)-(\d+):(\w+)$/.exec(process.env.TROUBLE ?? '') ?? [];
let checks = 0;

const server = createServer((_request, response) => {
  checks += 1;
  const isTrouble = checks >= Number(first) && checks <= Number(last);
  const answer = () => {
    response.writeHead(isTrouble && how === 'sick' ? 503 : 200, {
      'content-type': 'text/plain',
    });
    response.end('checked\n');
  };
  if (isTrouble && how === 'slow') setTimeout(answer, 2000);
  else answer();
});

server.listen(Number(process.env.PORT ?? 8081), process.env.HOST, () =>
  console.log('listening'),
);
process.on('SIGTERM', () => {
  server.close(() => console.log(`checked ${checks} times`));
  server.closeAllConnections();
});
