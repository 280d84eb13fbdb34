// Sorting with an order that is none.
const many = Array.from({ length: 2_000_000 }, (_, i) => i);
for (;;) many.sort(() => (many[0] % 2 ? 1 : -1));
