// A flood that catches what would end it.
for (;;) try { console.log('x'.repeat(10_000)); } catch { /* again */ }
