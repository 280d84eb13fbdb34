// A flood of files, where there are files.
const fs = require('node:fs');
for (let i = 0; ; i++) fs.writeFileSync(`/app/f${i}`, 'x'.repeat(10_000));
