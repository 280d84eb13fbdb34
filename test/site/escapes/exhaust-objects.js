// A list of objects without end.
let list = null;
for (;;) list = { list, more: [1, 2, 3] };
