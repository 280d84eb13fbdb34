// One line without end.
const text = 'x'.repeat(400_000_000);
console.log(text);
process.stdout.write(text);
