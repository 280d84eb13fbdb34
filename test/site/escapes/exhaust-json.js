// Huge JSON, again and again.
const text = `[${'[1,2,3],'.repeat(1_000_000)}0]`;
for (;;) JSON.stringify(JSON.parse(text));
